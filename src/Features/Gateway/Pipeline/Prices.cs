namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>Per one million tokens, in the platform's currency, with at most six places.</summary>
internal sealed record Prices(decimal Input, decimal Output)
{
    internal decimal Cost(Usage usage) => Money.Round(
        Money.PerTokens(usage.Input, Input) + Money.PerTokens(usage.Output, Output));
}
