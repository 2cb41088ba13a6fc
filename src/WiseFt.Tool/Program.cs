using System.CommandLine;
using WiseFt.Tool;

var root = new RootCommand("WiSE-FT: robust fine-tuning of zero-shot CLIP models by mixing weights. Start with `wiseft demo`.")
{
    DemoCommand.Create(),
    TrainCommand.Create(),
    SweepCommand.Create(),
    ZeroShotCommand.Create(),
    PredictCommand.Create(),
    MixCommand.Create(),
    EmbedCommand.Create(),
    TokenizeCommand.Create(),
    DoctorCommand.Create(),
};
return await CommandLine.RunAsync(root, args);
