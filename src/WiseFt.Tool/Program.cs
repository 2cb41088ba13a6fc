using System.CommandLine;
using WiseFt;
using WiseFt.Tool;

NativeThreads.WaitBySleeping();
Threads.KeepSomeForSignals();
NativeAllocator.KeepFreedMemory();

// Not a RootCommand, which would be called by the assembly's name.
var root = new ToolCommand("wiseft", "WiSE-FT: robust fine-tuning of zero-shot CLIP models by mixing weights.", "wiseft demo")
{
    DemoCommand.Create(),
    TrainCommand.Create(),
    SweepCommand.Create(),
    ReportCommand.Create(),
    ZeroShotCommand.Create(),
    PredictCommand.Create(),
    MixCommand.Create(),
    EmbedCommand.Create(),
    TokenizeCommand.Create(),
    ConvertCommand.Create(),
    ExportCommand.Create(),
    NewCommand.Create(),
    DoctorCommand.Create(),
};
return await CommandLine.RunAsync(root, args);
