using System.Collections.Immutable;
using TorchSharp;
using TorchSharp.Modules;
using WiseFt.Merging;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Ensembling;

/// <summary>What is learned of a soup: raw numbers whose softmax are the shares, and the factor of the logits; and the models, all in
/// memory. Owns native memory.</summary>
internal sealed class LearnedShares : IDisposable
{
    private readonly SoupModels _models;
    private readonly Weights[] _weights;
    private readonly string[] _names;
    private readonly Dictionary<string, int> _places; // of the tensors in Raw

    public LearnedShares(SoupModels models)
    {
        (_models, _names) = (models, [.. models.Mixture.Weights.Keys]);
        _places = _names.Index().ToDictionary(n => n.Item, n => n.Index, StringComparer.Ordinal);
        _weights = ReadAll(models);
        Raw = new Parameter(zeros(_names.Length, models.Models.Count));
        Beta = new Parameter(ones(1, device: models.Mixture.Device));
    }

    /// <summary>float32 (tensors, models).</summary>
    public Parameter Raw { get; }

    /// <summary>float32 (1).</summary>
    public Parameter Beta { get; }

    /// <summary>The classifier with the mixture's weights.</summary>
    public ImageClassifier Mixture => _models.Mixture;

    /// <summary>Writes the mixture of the present shares.</summary>
    public void Mix()
    {
        double[][] shares = Shares();
        MergeModel[] models = [.. _weights.Zip(_models.Models, (weights, model) => new MergeModel(model.Name, weights))];
        new MergeEngine(new CoefficientMerge(new SharesByTensor(name => shares[_places[name]])), models).WriteTo(Mixture.Weights);
    }

    /// <summary>Makes of the gradients of the mixture's weights those of the raw numbers, and clears the former.</summary>
    public void GatherGradients()
    {
        using var scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        double[][] shares = Shares();
        var gradients = new float[_names.Length * _weights.Length];
        for (int j = 0; j < _names.Length; j++)
        {
            Tensor theta = Mixture.Weights[_names[j]];
            using Tensor? gradient = theta.grad;
            if (gradient is null) continue;
            for (int i = 0; i < _weights.Length; i++)
                gradients[j * _weights.Length + i] = (float)(shares[j][i] * Product(gradient, _weights[i][_names[j]], theta));
            gradient.fill_(Scalars.Zero);
        }
        Raw.grad = tensor(gradients, [_names.Length, _weights.Length]);
    }

    /// <summary>What has been learned.</summary>
    /// <param name="accuracy">The mixture's accuracy.</param>
    public LearnedSoupResult ToResult(double accuracy)
    {
        double[][] shares = Shares();
        return new LearnedSoupResult
        {
            Shares = _names.ToImmutableSortedDictionary(
                name => name, name => shares[_places[name]].ToImmutableArray(), StringComparer.Ordinal),
            Beta = Beta.item<float>(),
            Accuracy = accuracy,
        };
    }

    public void Dispose()
    {
        foreach (Weights weights in _weights) weights.Dispose();
        Raw.Dispose();
        Beta.Dispose();
    }

    private static Weights[] ReadAll(SoupModels models)
    {
        using IDisposable grad = no_grad();
        var read = new List<Weights>(models.Models.Count);
        try
        {
            foreach (MergeModel model in models.Models)
            {
                TensorMatch.RequireSameShapes(TensorInfo.Of(models.Mixture.Weights), model.Tensors, "first model", model.Name);
                read.Add(Weights.Make(models.Mixture.Weights.Keys, name =>
                {
                    using var scope = NewDisposeScope();
                    return model.Get(name).to(models.Mixture.Device).alias().MoveToOuterDisposeScope();
                }));
            }
            return [.. read];
        }
        catch
        {
            read.ForEach(weights => weights.Dispose());
            throw;
        }
    }

    /// <summary>The inner product of a gradient and a model's distance from the mixture, which loses no digits to what all models have in
    /// common.</summary>
    private static double Product(Tensor gradient, Tensor theta, Tensor mixture)
    {
        using var scope = NewDisposeScope();
        return theta.sub(mixture).mul_(gradient).sum(ScalarType.Float64).item<double>();
    }

    private double[][] Shares()
    {
        using var scope = NewDisposeScope();
        double[] shares = Raw.detach().to(float64).softmax(1).data<double>().ToArray();
        return [.. shares.Chunk(_weights.Length)];
    }
}
