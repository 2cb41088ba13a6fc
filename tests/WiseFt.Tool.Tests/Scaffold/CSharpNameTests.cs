namespace WiseFt.Tool.Tests;

public sealed class CSharpNameTests
{
    [Theory]
    [InlineData("Pets", "Pets")]
    [InlineData("my-app", "my_app")]
    [InlineData("9lives", "_9lives")]
    [InlineData("class", "@class")]
    [InlineData("record", "@record")]
    [InlineData("cats", "@cats")]
    [InlineData("ModelInput", "ModelInput_")]
    [InlineData("System", "System_")]
    [InlineData("image", "image_")]
    [InlineData("Straße 5.1", "Straße_5_1")]
    [InlineData("ı", "ı")]
    [InlineData("猫", "猫")]
    public void Type_OfAName_IsAnIdentifier(string name, string expected) => CSharpName.Type(name).Should().Be(expected);

    [Theory]
    [InlineData("C:\\photos\\new", "\"C:\\\\photos\\\\new\"")]
    [InlineData("say \"hi\"\n", "\"say \\\"hi\\\"\\u000a\"")]
    [InlineData("größe 猫 😀", "\"größe 猫 \\ud83d\\ude00\"")]
    public void Literal_OfAText_IsEscaped(string text, string expected) => CSharpName.Literal(text).Should().Be(expected);
}
