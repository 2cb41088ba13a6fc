using System.Text.Json.Nodes;
using TorchSharp;
using WiseFt.Ensembling;
using WiseFt.Files;
using WiseFt.Merging;
using static TorchSharp.torch;

namespace WiseFt.Tests;

/// <summary>Recipes run on files and folders.</summary>
public sealed class MergeTests : IDisposable
{
    private const string A = "models/hf-quickgelu";

    private readonly TemporaryFolder _folder = new();
    private readonly Generator _random = new(7);

    public static TheoryData<MergeMethod> WithoutImages =>
        [.. Enum.GetValues<MergeMethod>().Where(m => !ImageMethods.Has(m))];

    public void Dispose()
    {
        _random.Dispose();
        _folder.Dispose();
    }

    [Theory, MemberData(nameof(WithoutImages))]
    public void Run_OfFiles_IsTheMergeInMemoryBitForBit(MergeMethod method)
    {
        string[] files = [Model("base"), Model("a"), Model("b")];
        MergeRecipe recipe = Recipe(method, files);
        Merge.Run(recipe, _folder.At("merged.safetensors"));

        Dictionary<string, Weights> models = files.ToDictionary(f => f, ReadAll);
        using Weights expected = Merge.Run(recipe, models), merged = ReadAll(_folder.At("merged.safetensors"));
        RequireSame(merged, expected);
        foreach (Weights weights in models.Values) weights.Dispose();
    }

    [Fact]
    public void Run_TheSameRecipeTwice_GivesTheSameBytesAndSaysHowTheyCameAbout()
    {
        string[] files = [Model("base"), Model("a"), Model("b")];
        MergeRecipe recipe = Recipe(MergeMethod.DareTies, files);
        MergeOutcome outcome = Merge.Run(recipe, _folder.At("first.safetensors"));
        Merge.Run(recipe, _folder.At("second.safetensors"));
        File.ReadAllBytes(_folder.At("second.safetensors")).Should().Equal(File.ReadAllBytes(_folder.At("first.safetensors")));

        JsonNode provenance = Provenance("first");
        provenance["recipe"]!["merge_method"]!.GetValue<string>().Should().Be("dare_ties");
        provenance["recipe"]!["base_model"]!.GetValue<string>().Should().Be("base.safetensors", "folders are nobody's business");
        provenance["inputs"]!.AsArray().Select(i => i!["name"]!.GetValue<string>()).Should()
            .BeEquivalentTo("base.safetensors", "a.safetensors", "b.safetensors");
        provenance["version"]!.GetValue<string>().Should().NotBeEmpty();
        using Weights merged = ReadAll(_folder.At("first.safetensors"));
        outcome.ParameterCount.Should().Be(merged.ParameterCount);
    }

    [Theory, InlineData(MergeMethod.Linear), InlineData(MergeMethod.Slerp), InlineData(MergeMethod.Ties)]
    public void Run_WithOneNumberChangedInAnInput_HashesThatInputOtherwise(MergeMethod method)
    {
        string[] files = [Model("base"), Model("a"), Model("b")];
        Merge.Run(Recipe(method, files), _folder.At("before.safetensors"));
        using (Weights changed = ReadAll(files[1]))
        {
            changed["visual.transformer.resblocks.1.w"][0, 0] = 5f;
            SafetensorsFile.Write(files[1], changed);
        }
        Merge.Run(Recipe(method, files), _folder.At("after.safetensors"));
        Dictionary<string, string> before = Hashes("before"), after = Hashes("after");
        before.Keys.Where(name => before[name] != after[name]).Should().Equal("a.safetensors");
    }

    [Fact]
    public void Run_AnyMethodThatReadsAllOfAFile_HashesItAlike()
    {
        string[] files = [Model("base"), Model("a"), Model("b")];
        Merge.Run(Recipe(MergeMethod.TaskArithmetic, files), _folder.At("blocks.safetensors"));
        Merge.Run(Recipe(MergeMethod.IsoC, files), _folder.At("whole.safetensors"));
        Hashes("whole").Should().Equal(Hashes("blocks"));
    }

    [Fact]
    public void Run_KeepingHeadAndTensors_LeavesThemTheBasesBitForBit()
    {
        string[] files = [Model("base"), Model("a"), Model("b")];
        using (Weights other = ReadAll(files[1]))
        {
            using var larger = new Weights(other.Where(w => w.Key != "extra.w").Append(new("extra.w", rand(7, 7, generator: _random)))
                .Select(w => KeyValuePair.Create(w.Key, w.Value.alias())));
            SafetensorsFile.Write(files[1], larger);
        }
        MergeRecipe recipe = Recipe(MergeMethod.TaskArithmetic, files) with { Head = MergeHead.Keep, Keep = ["extra"] };
        Merge.Run(recipe, _folder.At("merged.safetensors"));
        using Weights merged = ReadAll(_folder.At("merged.safetensors")), theta0 = ReadAll(files[0]);
        foreach (var (name, tensor) in merged)
            WiseFt.WeightSpace.AreEqual(tensor, theta0[name]).Should()
                .Be(name is "extra.w" or "classification_head.weight" or "counter" or "index", "'{0}' is kept or not", name);
    }

    [Fact]
    public void Run_OfFolders_WritesAFolderInTheBasesLayout()
    {
        string theta0 = Fixtures.Path(A), other = Perturbed(theta0);
        MergeRecipe recipe = new()
        {
            Method = MergeMethod.Slerp, BaseModel = theta0, Models = [new(theta0), new(other)], Parameters = new() { T = 0.5 },
            TextTower = MergeTextTower.Keep,
        };
        Merge.Run(recipe, _folder.At("merged"));
        using ClipModel merged = ClipModel.Load(_folder.At("merged")), original = ClipModel.Load(theta0);
        merged.Config.Should().Be(original.Config);
        using Tensor ids = tensor(new long[] { 1, 2, 3 }).unsqueeze(0);
        using Tensor text = merged.EncodeText(ids), before = original.EncodeText(ids);
        WiseFt.WeightSpace.AreEqual(text, before).Should().BeTrue("the text encoder is kept");
        using Weights weights = ReadAll(_folder.At("merged/model.safetensors")), theta = ReadAll(Path.Combine(theta0, "model.safetensors"));
        WiseFt.WeightSpace.AreEqual(weights["visual_projection.weight"], theta["visual_projection.weight"]).Should().BeFalse();
    }

    [Fact]
    public void Run_OfAShardedAndAPyTorchModel_ReadsThemAsTheyAre()
    {
        string sharded = Fixtures.Path("models/hf-gelu-sharded");
        MergeRecipe recipe = new() { Method = MergeMethod.UniformSoup, Models = [new(sharded), new(sharded)] };
        Merge.Run(recipe, _folder.At("merged"));
        using ClipModel merged = ClipModel.Load(_folder.At("merged")), original = ClipModel.Load(sharded);
        SameEncoders(merged, original);

        string torchFile = Directory.GetFiles(Fixtures.Path("models/openai-state-dict"), "*.pt*").Single();
        MergeRecipe ofTorch = new() { Method = MergeMethod.UniformSoup, Models = [new(torchFile), new(torchFile)] };
        Merge.Run(ofTorch, _folder.At("merged.safetensors"));
        using ClipModel mergedTorch = ClipModel.Load(_folder.At("merged.safetensors")), originalTorch = ClipModel.Load(torchFile);
        SameEncoders(mergedTorch, originalTorch);
    }

    [Theory]
    [InlineData("breadcrumbs"), InlineData("dare_linear"), InlineData("dare_ties"), InlineData("della"), InlineData("linear")]
    [InlineData("model_stock"), InlineData("nuslerp"), InlineData("slerp"), InlineData("task_arithmetic"), InlineData("ties")]
    public void Run_OfARecipeWrittenForMergekit_MergesClipModels(string example)
    {
        Directory.CreateDirectory(_folder.At("recipes"));
        string path = _folder.At($"recipes/{example}.yaml");
        File.Copy(Fixtures.Path($"merging/recipes/{example}.yaml"), path);
        MergeRecipe written = MergeRecipe.Parse(File.ReadAllText(path));
        foreach (string model in written.Models.Select(m => m.Model).Append(written.BaseModel).OfType<string>().Distinct())
            WriteClip(Path.GetFullPath(Path.Combine(_folder.At("recipes"), model)));
        // Without this library's own keys, which need classifiers and images.
        MergeRecipe recipe = MergeRecipe.Load(path) with
        {
            Head = MergeHead.Merge,
            Keep = [],
            Search = null,
            Evaluate = null,
            Recalibrate = null,
        };
        string output = _folder.At(recipe.Models[0].Model.EndsWith(".safetensors", StringComparison.Ordinal) ? "m.safetensors" : "merged");
        Merge.Run(recipe, output);
        using ClipModel merged = ClipModel.Load(output), original = ClipModel.Load(Fixtures.Path(A));
        merged.Config.Vision.Width.Should().Be(original.Config.Vision.Width);
    }

    [Fact]
    public void Run_OfIntegersThatDiffer_RefusesUnlessTheyAreKept()
    {
        string[] files = [Model("base"), Model("a"), Model("b")];
        using (Weights other = ReadAll(files[1]))
        {
            other["index"].fill_(9);
            SafetensorsFile.Write(files[1], other);
        }
        MergeRecipe recipe = Recipe(MergeMethod.Linear, files);
        FluentActions.Invoking(() => Merge.Run(recipe, _folder.At("merged.safetensors"))).Should().Throw<WeightMismatchException>()
            .WithMessage("*'index'*integers*differ*keep*");
        Merge.Run(recipe with { Keep = ["index"] }, _folder.At("merged.safetensors"));
    }

    [Fact]
    public void Run_Cancelled_LeavesNothing()
    {
        string[] files = [Model("base"), Model("a"), Model("b")];
        using var cancel = new CancellationTokenSource();
        var progress = new Reported<MergeProgress>(p => { if (p.Phase == MergePhase.Merging) cancel.Cancel(); });
        foreach (MergeMethod method in (MergeMethod[])[MergeMethod.Linear, MergeMethod.IsoC])
            FluentActions.Invoking(() => Merge.Run(Recipe(method, files), _folder.At("merged.safetensors"), progress, cancel.Token))
                .Should().Throw<OperationCanceledException>();
        Directory.GetFileSystemEntries(_folder.Path).Should().HaveCount(3);
    }

    [Theory]
    [InlineData("merged", "*ends in .safetensors*")]
    [InlineData("merged.SAFETENSORS.txt", "*ends in .safetensors*")]
    public void Run_OfFilesIntoSomethingElse_SaysWhatIsExpected(string output, string message)
    {
        MergeRecipe recipe = Recipe(MergeMethod.Linear, [Model("base"), Model("a"), Model("b")]);
        FluentActions.Invoking(() => Merge.Run(recipe, _folder.At(output))).Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Run_FoldersIntoAFile_SaysThatAFolderIsExpected()
    {
        MergeRecipe recipe = new() { Method = MergeMethod.UniformSoup, Models = [new(Fixtures.Path(A))] };
        FluentActions.Invoking(() => Merge.Run(recipe, _folder.At("m.safetensors"))).Should().Throw<ArgumentException>()
            .WithMessage("*new folder*");
    }

    [Fact]
    public void Survey_OfTaskArithmetic_HasEachBlocksCoefficientNormAndCosine()
    {
        string[] files = [Model("base"), Model("a"), Model("b")];
        MergeRecipe recipe = Recipe(MergeMethod.TaskArithmetic, files) with
        {
            Parameters = new() { Lambda = MergeValue.OverDepth(0.25, 1) },
        };
        MergeSurvey survey = Merge.Survey(recipe);
        MergeSurveyGroup first = survey.Groups.Single(g => g.Name == "visual.transformer.resblocks 0");
        MergeSurveyGroup last = survey.Groups.Single(g => g.Name == "visual.transformer.resblocks 1");
        first.Coefficients.Should().Equal((0.25, 0.25), (0.25, 0.25));
        last.Coefficients.Should().Equal((1, 1), (1, 1));
        using Weights theta0 = ReadAll(files[0]), a = ReadAll(files[1]), b = ReadAll(files[2]);
        const string only = "visual.transformer.resblocks.0.w";
        double[] tauA = Difference(a, theta0, only), tauB = Difference(b, theta0, only);
        first.Norms[0].Should().BeApproximately(Norm(tauA), 1e-4);
        first.Norms[1].Should().BeApproximately(Norm(tauB), 1e-4);
        first.Cosine.Should().BeApproximately(tauA.Zip(tauB, (x, y) => x * y).Sum() / Norm(tauA) / Norm(tauB), 1e-4);
        Directory.GetFiles(_folder.Path).Should().HaveCount(3, "nothing is written");

        static double Norm(double[] v) => Math.Sqrt(v.Sum(x => x * x));
    }

    [Fact]
    public void Survey_OfModelsThatWereInitialisedApart_SaysSo()
    {
        string theta0 = Model("base"), stranger = Model("stranger", scale: 0);
        MergeRecipe recipe = new()
        {
            Method = MergeMethod.Slerp, BaseModel = theta0, Models = [new(stranger)], Parameters = new() { T = 0.5 },
        };
        Merge.Survey(recipe).Notes.Should().Contain(n => n.Contains("encoders", StringComparison.Ordinal))
            .And.Contain(n => n.Contains("heads", StringComparison.Ordinal) && n.Contains("head: keep", StringComparison.Ordinal));
        string near = Model("near");
        Merge.Survey(recipe with { Models = [new(near)] }).Notes.Should().BeEmpty();
    }

    [Fact]
    public void Survey_OfModelStockWithTaskVectorsApart_SaysThatTIsClamped()
    {
        string theta0 = Model("base"), forward = Model("a"), backward = _folder.At("backward.safetensors");
        using (Weights origin = ReadAll(theta0), there = ReadAll(forward))
        using (var opposite = Weights.Make(origin.Keys, n => origin[n].is_floating_point() ? 2 * origin[n] - there[n] : origin[n].clone()))
            SafetensorsFile.Write(backward, opposite);
        MergeSurvey survey = Merge.Survey(
            new() { Method = MergeMethod.ModelStock, BaseModel = theta0, Models = [new(forward), new(backward)] });
        survey.Notes.Should().ContainSingle(n => n.Contains("clamped", StringComparison.Ordinal));
        survey.Groups.Where(g => !g.IsKept).Should().OnlyContain(g => g.Coefficients[0].Most == 0);
    }

    /// <summary>A recipe that every method accepts.</summary>
    private static MergeRecipe Recipe(MergeMethod method, string[] files)
    {
        MergeMethodInfo info = MergeMethodInfo.Of(method);
        return new MergeRecipe
        {
            Method = method,
            BaseModel = info.Base == false ? null : files[0],
            Models = [.. files.Skip(1).Take(Math.Min(info.Most, 2)).Select(f => new MergeIngredient(f))],
            Parameters = new() { T = 0.3, Beta = 0.5, Lambda = 0.7, Density = 0.6, Iterations = 5, Seed = 4 },
        };
    }

    /// <summary>A model of every kind of tensor: near the base where there is a scale, else from elsewhere.</summary>
    private string Model(string name, double scale = 0.05)
    {
        string path = _folder.At($"{name}.safetensors");
        using var fixedPart = new Generator(1);
        using Generator random = new((ulong)name.Sum(c => c));
        using var scope = NewDisposeScope();
        Tensor Near(params long[] shape)
        {
            Tensor origin = randn(shape, generator: fixedPart), noise = randn(shape, generator: random);
            return scale == 0 ? noise : name == "base" ? origin : origin + scale * noise;
        }
        SafetensorsFile.Write(path, new Dictionary<string, Tensor>
        {
            ["visual.conv1.weight"] = Near(4, 3, 2, 2),
            ["visual.transformer.resblocks.0.w"] = Near(8, 12),
            ["visual.transformer.resblocks.1.w"] = Near(8, 12),
            ["visual.transformer.resblocks.1.half"] = Near(9, 3).to(ScalarType.Float16),
            ["visual.proj"] = Near(12, 6).to(ScalarType.BFloat16),
            ["classification_head.weight"] = Near(5, 6),
            ["long.w"] = Near(70, 1000), // more than a block of a merge in a file
            ["extra.w"] = Near(3),
            ["logit_scale"] = Near(),
            ["index"] = tensor(new long[] { 1, 2, 3 }),
            ["counter"] = tensor((long)3),
        });
        return path;
    }

    /// <summary>A small CLIP model, of its own noise, where a recipe names one: a file or a folder.</summary>
    private void WriteClip(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (path.EndsWith(".safetensors", StringComparison.Ordinal))
        {
            File.Copy(Fixtures.Path($"{A}/model.safetensors"), path);
            AddNoise(path);
        }
        else Perturbed(Fixtures.Path(A), path);
    }

    private string Perturbed(string folder, string? to = null)
    {
        string copy = Directory.CreateDirectory(to ?? _folder.At("perturbed")).FullName;
        foreach (string file in Directory.GetFiles(folder)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        AddNoise(Path.Combine(copy, "model.safetensors"));
        return copy;
    }

    private void AddNoise(string weights)
    {
        using Weights read = ReadAll(weights);
        using var noisy = Weights.Make(read.Keys, n =>
            read[n].is_floating_point() ? read[n] + 0.01 * randn(read[n].shape, generator: _random).to(read[n].dtype) : read[n].clone());
        SafetensorsFile.Write(weights, noisy);
    }

    private JsonNode Provenance(string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(_folder.At($"{name}.safetensors"));
        return JsonNode.Parse(file.Metadata[MergedModel.ProvenanceKey])!;
    }

    private Dictionary<string, string> Hashes(string name) => Provenance(name)["inputs"]!.AsArray()
        .ToDictionary(i => i!["name"]!.GetValue<string>(), i => i!["xxh128"]!.GetValue<string>());

    private static double[] Difference(Weights a, Weights b, string name)
    {
        using Tensor difference = a[name].sub(b[name]).to(ScalarType.Float64).contiguous();
        return [.. difference.data<double>()];
    }

    private static void SameEncoders(ClipModel actual, ClipModel expected)
    {
        foreach (var (name, tensor) in expected.ImageEncoder.Weights)
            WiseFt.WeightSpace.AreEqual(actual.ImageEncoder.Weights[name], tensor).Should().BeTrue(name);
    }

    private static void RequireSame(Weights actual, Weights expected)
    {
        actual.Keys.Should().BeEquivalentTo(expected.Keys);
        foreach (var (name, tensor) in expected)
        {
            actual[name].dtype.Should().Be(tensor.dtype, name);
            actual[name].bytes.ToArray().Should().Equal(tensor.bytes.ToArray(), name);
        }
    }

    private static Weights ReadAll(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return file.ReadAll();
    }
}
