using System.CommandLine;
using System.Text;
using WiseFt;
using WiseFt.Tool;

if (OperatingSystem.IsWindows()) Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
NativeThreads.WaitBySleeping();
Threads.KeepSomeForSignals();
NativeAllocator.KeepFreedMemory();

(string Name, Func<Command> Create)[] verbs =
[
    ("demo", DemoCommand.Create),
    ("train", TrainCommand.Create),
    ("soup", SoupCommand.Create),
    ("sweep", SweepCommand.Create),
    ("report", ReportCommand.Create),
    ("zeroshot", ZeroShotCommand.Create),
    ("predict", PredictCommand.Create),
    ("explain", ExplainCommand.Create),
    ("mix", MixCommand.Create),
    ("merge", MergeCommand.Create),
    ("set-alpha", SetAlphaCommand.Create),
    ("fisher", FisherCommand.Create),
    ("embed", EmbedCommand.Create),
    ("tokenize", TokenizeCommand.Create),
    ("convert", ConvertCommand.Create),
    ("export", ExportCommand.Create),
    ("new", NewCommand.Create),
    ("doctor", DoctorCommand.Create),
];

// `wiseft` alone and `wiseft help VERB` ask for help.
if (args.Length == 0 || args[0] == "help") args = [.. args.Skip(1), "--help"];

// Not a RootCommand, which would be called by the assembly's name.
var root = new ToolCommand("wiseft", "WiSE-FT: robust fine-tuning of zero-shot CLIP models by mixing weights.", "wiseft demo");
// To make all of them takes longer than most of them run.
var named = verbs.Where(verb => args.Length > 0 && verb.Name == args[0]).ToArray();
bool computes = named.Length > 0 && named[0].Name is not ("report" or "tokenize") && !args.Any(arg => arg is "--help" or "-h" or "-?");
Task torch = computes ? Threads.LoadTorch() : Task.CompletedTask;
foreach (var (_, create) in named.Length > 0 ? named : verbs) root.Add(create());
int exitCode = await CommandLine.RunAsync(root, args);
// A library is not to be left half loaded; where it cannot be loaded, its first use has said why.
await torch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
return exitCode;
