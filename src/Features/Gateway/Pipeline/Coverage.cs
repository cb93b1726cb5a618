namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>How much output the money that is held for a call covers; more may be held while it runs.</summary>
internal abstract class Coverage
{
    internal static Coverage Unlimited { get; } = new Boundless();

    /// <summary>So many output tokens are covered without asking.</summary>
    internal long Until { get; private protected set; }

    /// <summary>False: the stream has to end here.</summary>
    internal abstract bool Covers(long outputTokens);

    private sealed class Boundless : Coverage
    {
        internal Boundless() => Until = long.MaxValue;

        internal override bool Covers(long outputTokens) => true;
    }
}
