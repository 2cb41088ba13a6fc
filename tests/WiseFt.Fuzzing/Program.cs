// Fuzzing of everything that reads files made by others; afl.sh runs it under afl-fuzz.
//   WiseFt.Fuzzing --list                 the targets
//   WiseFt.Fuzzing TARGET                 one input a process start from standard input, as afl-fuzz gives it (SharpFuzz)
//   WiseFt.Fuzzing TARGET --libfuzzer     as a target of libfuzzer-dotnet
//   WiseFt.Fuzzing TARGET --seeds FOLDER  writes the seeds, for the corpus to begin with
//   WiseFt.Fuzzing TARGET --mutate N      reads N mutations of its own
using System.Globalization;
using SharpFuzz;
using WiseFt.Fuzzing;

// Instrumented code must not run before the fuzzer has set up its memory, and looking a target up runs some.
var target = new Lazy<FuzzTarget>(() => FuzzTargets.Named(args.Length > 0 ? args[0] : ""));
string folder = WorkFolder.Create();
try
{
    switch (args)
    {
        case ["--list"]:
            foreach (FuzzTarget known in FuzzTargets.All) Console.WriteLine(known.Name);
            break;
        case [_]:
            Fuzzer.OutOfProcess.Run(stream => Read(stream));
            break;
        case [_, "--libfuzzer"]:
            Fuzzer.LibFuzzer.Run(content => Once([.. content]));
            break;
        case [_, "--seeds", var seeds]:
            Directory.CreateDirectory(seeds);
            foreach (var (content, i) in target.Value.Seeds().Select((content, i) => (content, i)))
                File.WriteAllBytes(Path.Combine(seeds, $"{target.Value.Name}-{i}"), content);
            break;
        case [_, "--mutate", var count]:
            using (var run = new FuzzRun(target.Value))
            {
                FuzzOutcome outcome = run.Run(0, int.Parse(count, CultureInfo.InvariantCulture));
                Console.WriteLine(string.Join("\n", outcome.Failures.Append(outcome.ToString())));
            }
            break;
        default:
            throw new ArgumentException(
                "Expected --list, or the name of a target, and after it nothing, --libfuzzer, --seeds FOLDER or --mutate N.", nameof(args));
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

void Read(Stream stream)
{
    using var content = new MemoryStream();
    stream.CopyTo(content);
    Once(content.ToArray());
}

void Once(byte[] content)
{
    foreach (string file in Directory.GetFiles(folder)) File.Delete(file);
    target.Value.TryRead(content, folder);
}
