using System.Collections.Immutable;
using WiseFt.Merging;
using WiseFt.Tensors;
using static TorchSharp.torch;

namespace WiseFt.Ensembling;

/// <summary>Measures what a recipe's models are to each other, tensor by tensor.</summary>
internal sealed class MergeSurveyor(MergeSources sources, IReadOnlySet<string> kept, IMergeMethod method)
{
    private readonly MergeSettings _settings = sources.Settings;

    // The base, where there is one, and the models.
    private readonly MergeModel[] _vectors =
        [.. sources.Base is { } theta0 ? (MergeModel[])[theta0] : [], .. sources.Models.Select(m => m.Model)];

    /// <summary>The groups, in the order of their first tensors.</summary>
    public ImmutableArray<MergeSurveyGroup> Measure(IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        TensorInfo[] tensors = [.. sources.Keeper.Tensors.Values.Where(t => t.IsFloat)
            .OrderBy(t => _settings.Layout.Order(t.Name).List, StringComparer.Ordinal).ThenBy(t => _settings.Layout.Order(t.Name).Number)];
        long total = tensors.Sum(t => t.ElementCount), done = 0;
        var groups = new Dictionary<(string, bool), Group>();
        using IDisposable grad = no_grad();
        foreach (TensorInfo tensor in tensors)
        {
            cancel.ThrowIfCancellationRequested();
            var key = (_settings.Layout.Group(tensor.Name), kept.Contains(tensor.Name));
            if (!groups.TryGetValue(key, out Group? group))
                groups.Add(key, group = new Group(key.Item1, key.Item2, _vectors.Length, sources.Models.Length));
            Add(group, tensor);
            progress?.Report(new WorkProgress(done += tensor.ElementCount, total));
        }
        return [.. groups.Values.Select(g => g.ToSurvey(sources.Base is not null))];
    }

    private void Add(Group group, TensorInfo tensor)
    {
        using var scope = NewDisposeScope();
        group.Tensors++;
        group.Count += tensor.ElementCount;
        if (group.IsKept) return;
        Tensor[] vectors = [.. _vectors.Select(m => m.Get(tensor.Name))];
        InnerProducts products = TensorProducts.Measure(ProductsOf.Models, vectors);
        for (int i = 0; i < products.Values.Length; i++) group.Products[i] += products.Values[i];
        foreach (var (model, coefficient) in Coefficients(tensor.Name, vectors).Index())
            group.Coefficients[model] = (
                Math.Min(group.Coefficients[model].Least, coefficient), Math.Max(group.Coefficients[model].Most, coefficient));
    }

    private IEnumerable<double> Coefficients(string name, Tensor[] vectors)
    {
        if (method is not CoefficientMerge { Coefficients: var rule })
            return _settings.Weights(name, normalize: false).Select(w => w * _settings.Lambda(name));
        int skipped = sources.Base is not null && !sources.HasBase ? 1 : 0;
        double[] all = rule.Of(name, TensorProducts.Measure(rule.Needs, [.. vectors.Skip(skipped)]));
        return all.Skip(all.Length - sources.Models.Length);
    }

    private sealed class Group(string name, bool isKept, int vectors, int models)
    {
        public bool IsKept => isKept;

        public int Tensors { get; set; }

        public long Count { get; set; }

        public double[] Products { get; } = new double[vectors * vectors];

        public (double Least, double Most)[] Coefficients { get; } =
            [.. Enumerable.Repeat((double.PositiveInfinity, double.NegativeInfinity), models)];

        public MergeSurveyGroup ToSurvey(bool hasBase)
        {
            InnerProducts all = new(vectors, Products), between = hasBase ? AroundBase(all) : all;
            return new MergeSurveyGroup
            {
                Name = name,
                Tensors = Tensors,
                Count = Count,
                IsKept = isKept,
                Coefficients = isKept ? [] : [.. Coefficients],
                Norms = isKept ? [] : [.. Enumerable.Range(0, models).Select(between.Norm)],
                Cosine = models > 1 ? MeanCosine(between) : hasBase ? all.Cosine(0, 1) : 1,
            };
        }

        // <a - o, b - o> = <a, b> - <a, o> - <o, b> + <o, o>, whose rounding float64 forgives at the lengths that training leaves.
        private InnerProducts AroundBase(InnerProducts all)
        {
            double[] products = new double[models * models];
            for (int i = 0; i < models; i++)
                for (int j = 0; j < models; j++)
                    products[i * models + j] = all[i + 1, j + 1] - all[i + 1, 0] - all[0, j + 1] + all[0, 0];
            for (int i = 0; i < models; i++) products[i * models + i] = Math.Max(0, products[i * models + i]);
            return new InnerProducts(models, products);
        }

        private static double MeanCosine(InnerProducts products) => Enumerable.Range(0, products.Count)
            .SelectMany(i => Enumerable.Range(0, i).Select(j => products.Cosine(i, j))).Average();
    }
}
