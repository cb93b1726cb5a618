using System.Text;

namespace SupplyApi.Tests.Contracts;

/// <summary>The canary sees an upstream credential in whatever clothes.</summary>
public sealed class CanaryTests
{
    private static readonly string Credential = Canary.Credential();

    public static TheoryData<string> Clothes =>
    [
        Credential,
        $"the end of it is {Credential[^12..]}.",
        $"its middle {Credential[20..33]}",
        Convert.ToHexString(Encoding.ASCII.GetBytes(Credential)),
        Convert.ToHexStringLower(Encoding.ASCII.GetBytes("x" + Credential[8..25])),
        Convert.ToBase64String(Encoding.ASCII.GetBytes(Credential)),
        Convert.ToBase64String(Encoding.ASCII.GetBytes("a" + Credential)),
        Convert.ToBase64String(Encoding.ASCII.GetBytes("ab" + Credential)),
    ];

    [Theory]
    [MemberData(nameof(Clothes), DisableDiscoveryEnumeration = true)]
    public void Sees(string text) => Assert.NotNull(Canary.Sighted(text));

    [Fact]
    public void Does_not_see_what_is_not_there()
    {
        Assert.Null(Canary.Sighted(new string('a', 1000)));
        Assert.Null(Canary.Sighted(Credential[10..21]));
    }
}
