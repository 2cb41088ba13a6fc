namespace WiseFt.Neighbours.Tests;
public sealed class SmokeTests { [Fact] public void A_B_C() => typeof(Microsoft.ML.TorchSharp.NasBert.TextClassificationTrainer).Assembly.Location.Should().NotBeEmpty(); }
