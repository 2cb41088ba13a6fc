namespace WiseFt.Tests;
public class Smoke { [Fact] public void Torch_Loads() => TorchSharp.torch.ones(2).sum().item<float>().Should().Be(2); }
