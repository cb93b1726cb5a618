namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>What a call comes to: one rule per ending, the same for everybody.</summary>
internal readonly record struct Bill(Basis Basis, Usage Usage, decimal Cost)
{
    private static readonly Bill Nothing = new(Basis.None, default, 0);

    internal bool IsSuccess { get; private init; }

    internal static Bill Of(GatewayExchange exchange)
    {
        var meter = exchange.Meter;
        if (exchange.Ending is Ending.UpstreamFailedBeforeFirstByte or Ending.ClientLeftBeforeFirstByte) return Nothing;

        // Nothing delivered and an error, or nothing at all, instead of an end: nobody pays for that.
        var output = meter.Reported?.Output ?? meter.DeliveredTokens;
        var hasEnd = meter.SawEnd || meter.SawFinish;
        var isEmpty = exchange.Ending == Ending.Completed && meter.Reported is null && !hasEnd;
        if (output == 0 && (meter.SawError || isEmpty || exchange.Ending == Ending.UpstreamFailed)) return Nothing;

        var basis = exchange.Ending == Ending.Completed ? Basis.ProviderFinal : Basis.ProviderPartial;
        if (meter.Reported is { } reported) return Priced(exchange, basis, reported);
        if (meter.ReportedInput is { } input)
            return Priced(exchange, output == 0 ? basis : Basis.ProviderPartial, input with { Output = output });
        return Priced(exchange, Basis.Counted, new Usage(exchange.Request.CountedInputTokens, 0, output));
    }

    private static Bill Priced(GatewayExchange exchange, Basis basis, Usage usage)
    {
        var isSuccess = exchange.Ending is Ending.Completed or Ending.ClientLeft or Ending.HoldUsedUp
            && !exchange.Meter.SawError;
        var prices = exchange.Candidate.Prices;
        // All that such a call gives is pictures, whether its provider tells them apart or not.
        if (exchange.Protocol.DrawsPictures)
            usage = usage with { Images = exchange.Meter.Pictures, ImageOutput = usage.Output };
        return new Bill(basis, usage, prices.PerRequest is null || isSuccess ? prices.Cost(usage) : 0)
        {
            IsSuccess = isSuccess,
        };
    }
}

/// <summary>Where the counts of a bill come from.</summary>
internal enum Basis
{
    ProviderFinal,
    ProviderPartial,
    Counted,
    None,
}
