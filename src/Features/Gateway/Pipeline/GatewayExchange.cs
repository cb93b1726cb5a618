using System.Diagnostics;
using SupplyApi.Features.Gateway.Charging;
using SupplyApi.Features.Gateway.Protocols;
using SupplyApi.Features.Gateway.Routing;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>All that is known about one call. Grouped by the stage that writes it; each field has one writer.</summary>
internal sealed class GatewayExchange(HttpContext http, KeyHolder key, Protocol protocol) : IDisposable
{
    internal HttpContext Http { get; } = http;
    internal KeyHolder Key { get; } = key;
    internal Protocol Protocol { get; } = protocol;
    internal long StartedAt { get; } = Stopwatch.GetTimestamp();

    /// <summary>Any stage: why the call cannot be served. Null while all is well.</summary>
    internal Refusal? Refusal { get; set; }

    // 1 Inspect
    internal CallRequest Request { get; set; } = null!;

    // 1b Once
    internal Repeat? Repeat { get; set; }

    /// <summary>The answer is wanted even when the client has left.</summary>
    internal bool StaysOn { get; set; }

    // 6 Settle
    internal bool IsKept { get; set; }

    // 2 Choose
    internal CandidateWalk Walk;

    // 2 Choose: which candidate is being tried.
    internal Candidate Candidate { get; set; } = null!;

    // 3 Reserve
    internal Hold? Hold { get; set; }

    // 4 Forward
    internal HttpResponseMessage? Answer { get; set; }
    internal int UpstreamStatus { get; set; }
    internal bool MayTryAnother { get; set; }

    // 4 Forward: whose fault it was; what happens later is told by the ending.
    internal Failure Failure { get; set; }

    // 4 Forward starts a new one, 5 Relay feeds it
    internal Meter Meter { get; set; } = protocol.NewMeter();

    // 5 Relay
    internal TimeSpan? FirstByteAfter { get; set; }
    internal Framing Framing { get; set; }

    /// <summary>A piece went out before it was whole: what follows would stand in the middle of it.</summary>
    internal bool IsTorn { get; set; }

    /// <summary>What the client gets once the bill is on the books: a whole unary answer, or a stream's end.</summary>
    internal ReadOnlyMemory<byte> LastPiece { get; set; }

    // 4 Forward or 5 Relay
    internal Ending Ending { get; set; }

    internal TimeSpan Elapsed => Stopwatch.GetElapsedTime(StartedAt);

    public void Dispose()
    {
        Answer?.Dispose();
        Walk.End();
    }
}

/// <summary>How a call ended. Each has its rule of billing.</summary>
internal enum Ending
{
    UpstreamFailedBeforeFirstByte,
    ClientLeftBeforeFirstByte,
    Completed,
    ClientLeft,
    UpstreamFailed,
}
