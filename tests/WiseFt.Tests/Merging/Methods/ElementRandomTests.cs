using WiseFt.Merging;

namespace WiseFt.Tests;

public sealed class ElementRandomTests
{
    [Fact] // tests/Fixtures/scripts/merging/definitions.py, uniforms
    public void Element_OfATensor_IsThatOfItsNameSeedAndModel()
    {
        var first = new ElementRandom(0, 0, "w");
        new[] { first[0], first[1], first[2] }.Should().Equal(0.7219845626239951, 0.10555132066364348, 0.2032383775512956);
        var second = new ElementRandom(-7, 2, "visual.proj ä");
        new[] { second[0], second[1] }.Should().Equal(0.5717635966153188, 0.15050514403671855);
    }
}
