using System.CommandLine;
using WiseFt.Evaluation;
using WiseFt.Runs;

namespace WiseFt.Tool;

/// <summary><c>wiseft sweep</c>: accuracy of the mixtures of two models on reference and shifts.</summary>
internal static class SweepCommand
{
    private const string ReferenceFlag = "--reference", ResumeFlag = "--resume", JournalName = ".sweep.jsonl";

    private static readonly Option<string> _reference = new(ReferenceFlag)
    {
        Description = "Test images of the reference distribution: a folder with one sub-folder a class, or KIND:PATH.",
        Required = true,
        HelpName = "DIR",
    };

    private static readonly Option<string[]> _shifts = new("--shift")
    {
        Description = "Test images of a distribution shift, as NAME=DIR or NAME=KIND:PATH; may be given several times.",
        HelpName = "NAME=DIR",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string[]> _mappings = new("--mapping")
    {
        Description = "How the classes of a shift are related to the model's, as NAME=MAPPING: a mapping file, " +
            $"or {string.Join(", ", ClassMapping.BuiltInNames)}.",
        HelpName = "NAME=MAPPING",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string?> _output = new("--output")
    {
        Description = "Folder for the report: results.jsonl, report.md, report.html and the figures. An earlier report's pages are " +
            "replaced; results.jsonl keeps both runs.",
        HelpName = "REPORT",
    };

    private static readonly OptionSet<AlphaSweepOptions> _options = new OptionSet<AlphaSweepOptions>(new())
        .Text(
            "--alpha", "Mixing coefficients: first:last:step, or numbers separated by commas.", null,
            (o, grid) => o with { Alphas = AlphaGrid.Parse(grid) }, shown: "0:1:0.1")
        .Switch(
            "--output-space", "Evaluate the output-space ensembles too; needs 0 and 1 among the mixing coefficients.",
            (o, on) => o with { OutputEnsembles = on });

    private static readonly Option<string> _choose = SharedOptions.Choose("the reference images");
    private static readonly OptionSet<ReportOptions> _pages = ReportPages.Flags();
    private static readonly Option<string> _device = SharedOptions.Device(), _precision = SharedOptions.Precision();
    private static readonly Option<bool> _skip = SharedOptions.SkipBadImages(), _json = SharedOptions.Json();
    private static readonly Option<bool> _resume = new(ResumeFlag)
    {
        Description = "Go on where a sweep into the same --output was stopped; its report is the same as without the stop.",
    };

    public static Command Create()
    {
        var command = new ToolCommand(
            "sweep", "Accuracy by mixing coefficient, on the reference distribution and under distribution shift, and which one to ship.",
            "wiseft sweep --model out --reference data/test --shift sketch=data/sketch --alpha 0:1:0.1 --output report",
            SharedOptions.Layouts);
        var model = new ClassifierFlags(command, _device);
        foreach (Option flag in new Option[] { _reference, _shifts, _mappings, _output }) command.Options.Add(flag);
        command.Add(_options);
        command.Options.Add(_choose);
        command.Add(_pages);
        foreach (Option flag in new Option[] { _device, _precision, _skip, _json, _resume }) command.Options.Add(flag);
        model.AddRest(command);
        command.SetAction((parsed, cancel) => Task.Run(() => Run(Request.Read(parsed, model), cancel), cancel));
        return command;
    }

    private static int Run(Request request, CancellationToken cancel)
    {
        if (request.Output is null) return Sweep(request, null, cancel);
        string journal = Path.Combine(request.Output, JournalName);
        if (SweepJournal.Exists(journal)) SweepJournal.RequireFree(journal);
        if (SweepJournal.Exists(journal) && !request.Resume)
            throw new IOException(
                $"{request.Output} holds a sweep that was stopped. Go on with it:\n  {ShellWords.Again(request.Words, ResumeFlag)}\n" +
                $"or delete {journal} to start anew.");
        using var kept = new SweepJournal(journal, request.Resume);
        try
        {
            int exitCode = Destination.Into(request.Output, () => Sweep(request, kept, cancel), HasSomething);
            kept.Finish(); // the report is on disk: only now
            return exitCode;
        }
        catch (Exception) when (kept.Images == 0)
        {
            kept.Finish(); // nothing to go on with
            throw;
        }
        catch (OperationCanceledException)
        {
            Output.Remark(
                $"Interrupted. {Output.Count(kept.Images, "image")} are evaluated, which is saved in {request.Output}. Go on with it:\n  " +
                ShellWords.Again(request.Words, ResumeFlag));
            return ToolCommand.Interrupted;
        }

        bool HasSomething()
        {
            if (kept.Images == 0) kept.Dispose(); // an open file cannot be deleted everywhere
            return kept.Images > 0;
        }
    }

    private static int Sweep(Request request, SweepJournal? journal, CancellationToken cancel)
    {
        using MixableClassifier model = request.Model.Load(cancel);
        AlphaSweepOptions options = request.Options;
        if (model.IsOne)
        {
            Output.Remark($"{request.Model.Name} is one model, with nothing to mix: it is measured as it is, in one row.");
            options = options with { Alphas = [0], OutputEnsembles = false };
        }
        // The alpha that a verdict is on has its row, unless the rows are asked for by name.
        else if (request.HasOwnGrid) options = options with { Alphas = [.. options.Alphas, model.Alpha] };
        LabelledImages reference = ImageSets.LoadReference(
            ReferenceFlag, request.Reference, model.ZeroShot.ClassNames, request.SkipBadImages, cancel);
        ImageSets.RemarkOnAbsentClasses(request.Pages.ReferenceName ?? RobustnessReport.ReferenceName, reference);
        DistributionShift[] shifts = [.. request.Shifts.Select(
            s => ImageSets.LoadShift(s, model.ZeroShot.ClassNames, request.SkipBadImages, cancel))];
        foreach (DistributionShift shift in shifts)
        {
            ImageSets.RemarkOnAbsentClasses(shift.Name, shift.Images);
            ImageSets.RemarkOnSublist(shift);
        }
        RobustnessReport report = Phases.Sweep(model.ZeroShot, model.FineTuned, reference, shifts, options, cancel, journal)
            .WithReferenceName(request.Pages.ReferenceName);
        AlphaDecision choice = AlphaDecision.By(request.Choose, report, model.Alpha);
        if (request.Output is not null) Save(report, request, choice);
        if (request.Json)
            SweepJson.Print(report, model.IsOne ? null : choice, request.Pages, ImageSets.LeftOut(report.Sets.Select(set => set.Name).Zip(
                [reference.LeftOut, .. shifts.Select(s => s.Images.LeftOut)])));
        else ReportTable.Print(report, choice, request.Pages);
        return 0;
    }

    private static void Save(RobustnessReport report, Request request, AlphaDecision choice)
    {
        bool isSecond = File.Exists(Path.Combine(request.Output!, RobustnessReportFiles.ResultsName));
        report.Save(request.Output!, ReportPages.Complete(
            request.Pages, choice, request.Words, request.Model.TrainedWith?.InWords(), ("model", request.Model.Name),
            ("reference", Path.GetFullPath(request.Reference.Location)), ("device", request.Device),
            ("precision", request.Options.Precision.ToString().ToLowerInvariant())));
        Output.Remark(
            $"The report is in {Path.Combine(request.Output!, "report.html")}." +
            (isSecond ? " It replaces an earlier one's pages; results.jsonl has the rows of both." : ""));
    }

    private sealed record Request
    {
        public required ClassifierSource Model { get; init; }

        public required DataSource Reference { get; init; }

        public required ShiftSource[] Shifts { get; init; }

        public required AlphaSweepOptions Options { get; init; }

        /// <summary>Whether the mixing coefficients are the verb's own, and none are given.</summary>
        public required bool HasOwnGrid { get; init; }

        public required string Choose { get; init; }

        public required string? Output { get; init; }

        public required ReportOptions Pages { get; init; }

        public required string Device { get; init; }

        public required bool SkipBadImages { get; init; }

        public required bool Json { get; init; }

        public required bool Resume { get; init; }

        /// <summary>The command line, to say how to go on.</summary>
        public required IReadOnlyList<string> Words { get; init; }

        public static Request Read(ParseResult parsed, ClassifierFlags model)
        {
            DataSource reference = SharedOptions.ParseImages(ReferenceFlag, parsed.GetRequiredValue(_reference));
            ShiftSource[] shifts = SharedOptions.Shifts(parsed.GetValue(_shifts) ?? [], parsed.GetValue(_mappings) ?? []);
            ClassifierSource source = model.Read(parsed, ImageSets.ClassesOf(reference));
            var request = new Request
            {
                Model = source,
                Reference = reference,
                Shifts = shifts,
                Options = _options.Read(parsed) with { Precision = SharedOptions.ParsePrecision(parsed.GetRequiredValue(_precision)) },
                HasOwnGrid = !parsed.Tokens.Any(t => t.Value == "--alpha"),
                Choose = parsed.GetRequiredValue(_choose),
                Output = parsed.GetValue(_output) is not string output ? null : Destination.OfFolder(
                    _output.Name, ReportPages.RequireOwn(_output.Name, output),
                    [(ReferenceFlag, reference), .. shifts.Select(s => (_shifts.Name, (DataSource?)s.Data))], source.Inputs),
                Pages = _pages.Read(parsed),
                Device = parsed.GetRequiredValue(_device),
                SkipBadImages = parsed.GetValue(_skip),
                Json = parsed.GetValue(_json),
                Resume = parsed.GetValue(_resume),
                Words = [.. parsed.Tokens.Select(t => t.Value)],
            };
            request.RequireDistinct();
            if (request.Resume && request.Output is null)
                throw new UsageException($"{ResumeFlag} goes on in --output, which is not given.");
            return request;
        }

        /// <summary>Refuses what would only fail after the sweep.</summary>
        private void RequireDistinct()
        {
            if (Shifts.Any(s => s.Name == Pages.ReferenceName))
                throw new UsageException(
                    $"--reference-name is '{Pages.ReferenceName}', which is a shift's name too; expected a different one.");
            string? unknown = Pages.Baselines.Keys.FirstOrDefault(b => Shifts.All(s => s.Name != b));
            if (unknown is not null) throw new UsageException($"--baseline is for '{unknown}', and no --shift has that name.");
        }
    }
}
