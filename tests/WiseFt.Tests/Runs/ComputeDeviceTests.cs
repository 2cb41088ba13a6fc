using TorchSharp;
using WiseFt.Runs;

namespace WiseFt.Tests.Runs;

public sealed class ComputeDeviceTests
{
    [Theory, InlineData("cpu"), InlineData("cuda"), InlineData("cuda:0"), InlineData("cuda:12"), InlineData("mps")]
    public void Check_OfADevice_IsTheText(string text) => ComputeDevice.Check(text, "Device").Should().Be(text);

    [Theory, InlineData(""), InlineData("tpu"), InlineData("CPU"), InlineData("cpu:0")]
    [InlineData("cuda:"), InlineData("cuda:-1"), InlineData("cuda: 1"), InlineData("cuda:1:2")]
    public void Check_OfAnythingElse_SaysWhatThereIs(string text) =>
        FluentActions.Invoking(() => ComputeDevice.Check(text, "Device")).Should().Throw<ArgumentException>()
            .WithMessage($"Device is '{text}'; expected cpu, cuda, cuda:N with the GPU's number, or mps.*");

    [Fact]
    public void Of_Names_AreDevices()
    {
        ComputeDevice.Of("cpu").type.Should().Be(DeviceType.CPU);
        (ComputeDevice.Of("cuda").type, ComputeDevice.Of("cuda").index).Should().Be((DeviceType.CUDA, 0));
        ComputeDevice.Of("cuda:3").index.Should().Be(3);
    }

    [Fact]
    public void Absence_OfTheProcessor_IsNone() => ComputeDevice.Absence("cpu").Should().BeNull();

    [Fact]
    public void Absence_OfAGpuThatIsNotThere_HasAReason() => ComputeDevice.Absence("cuda:999").Should().MatchRegex("CUDA device");
}
