using System.Diagnostics;
using Microsoft.Extensions.ObjectPool;
using SupplyApi.Features.Gateway.Callers;
using SupplyApi.Features.Gateway.Charging;
using SupplyApi.Features.Gateway.Protocols;
using SupplyApi.Features.Gateway.Routing;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// All that is known about one call. Grouped by the stage that writes it; each field has one writer. Reused from call
/// to call: nothing of one is left when the next begins.
/// </summary>
internal sealed class GatewayExchange : IResettable
{
    public GatewayExchange() => Pieces = new PieceReader(this);

    internal HttpContext Http { get; private set; } = null!;

    /// <summary>The client has left. Kept, as the host takes a lock and looks for it at each asking.</summary>
    internal CancellationToken Aborted { get; private set; }

    internal KeyHolder Key { get; private set; } = null!;
    internal Protocol Protocol { get; private set; } = null!;
    internal long StartedAt { get; private set; }

    /// <summary>Any stage: why the call cannot be served. Null while all is well.</summary>
    internal Refusal? Refusal { get; set; }

    // 1 Inspect
    internal CallBody? Body { get; set; }
    internal CallRequest Request;

    // 1b Once
    internal Repeat? Repeat { get; set; }

    /// <summary>The answer is read to its end even when nobody waits for it any more.</summary>
    internal bool StaysOn { get; set; }

    /// <summary>The client has left, and with it whoever wanted an answer.</summary>
    internal bool HasLeft => !StaysOn && Aborted.IsCancellationRequested;

    /// <summary>Gets every byte that is shown, in its order; null when nobody wants them.</summary>
    internal KeptAnswer? Kept { get; set; }

    // 2 Choose
    internal CandidateWalk Walk;

    /// <summary>By which subscription of the caller; null for a user's own key.</summary>
    internal Plan? Plan { get; set; }

    // 2 Choose: which candidate is being tried.
    internal Candidate Candidate { get; set; } = null!;

    // 3 Reserve
    internal Hold? Hold { get; set; }

    /// <summary>How far the held money reaches.</summary>
    internal Coverage Coverage { get; set; } = Coverage.Unlimited;

    // 4 Forward
    internal Silence? Silence { get; set; }
    internal string Credential { get; set; } = "";
    internal UpstreamAnswer? Answer { get; set; }
    internal int UpstreamStatus { get; set; }
    internal bool MayTryAnother { get; set; }

    // 4 Forward: whose fault it was; what happens later is told by the ending.
    internal Failure Failure { get; set; }

    // 4 Forward starts a new one, 5 Relay feeds it
    internal Meter Meter { get; set; } = null!;

    // 5 Relay
    internal TimeSpan? FirstByteAfter { get; set; }
    internal Framing Framing { get; set; }

    /// <summary>
    /// What is still to be shown, at its front what waits until the bill is on the books: a whole unary answer, or a
    /// stream's end.
    /// </summary>
    internal AnswerBuffer Buffer { get; } = new();

    internal PieceReader Pieces { get; }

    /// <summary>The provider took its time for what came last.</summary>
    internal bool IsSlow { get; set; }

    /// <summary>Something of a model's answer went out: nobody else can answer any more.</summary>
    internal bool HasShown { get; set; }

    /// <summary>A piece went out before it was whole: what follows would stand in the middle of it.</summary>
    internal bool IsTorn { get; set; }

    /// <summary>Nobody reads any more, and the call stays on.</summary>
    internal bool IsAlone { get; set; }

    // 4 Forward says that the client waits for events, 5 Relay that it gets something else.
    internal bool MayComment { get; set; }

    // 4 Forward or 5 Relay
    internal Ending Ending { get; set; }

    // 6 Settle: the answer is in the journal with its bill, for whoever asks again.
    internal bool IsStored { get; set; }

    internal TimeSpan Elapsed => Stopwatch.GetElapsedTime(StartedAt);

    internal void Begin(HttpContext http, KeyHolder key, Protocol protocol)
    {
        (Http, Aborted, Key, Protocol) = (http, http.RequestAborted, key, protocol);
        StartedAt = Stopwatch.GetTimestamp();
    }

    /// <summary>The call is over: what it has of others goes back to them.</summary>
    public bool TryReset()
    {
        Answer?.Dispose();
        Walk.End();
        Silence?.Leave();
        Body?.Dispose();
        Kept?.Dispose();
        Buffer.Clear();

        (Http, Aborted, Key, Protocol) = (null!, default, null!, null!);
        (StartedAt, Refusal) = (0, null);
        (Body, Request, Repeat, StaysOn, Kept) = (null, default, null, false, null);
        (Walk, Plan, Candidate, Hold, Coverage) = (default, null, null!, null, Coverage.Unlimited);
        (Silence, Credential, Answer, UpstreamStatus, MayTryAnother) = (null, "", null, 0, false);
        (Failure, Meter, FirstByteAfter, Framing, Ending) = (default, null!, null, default, default);
        (IsSlow, HasShown, IsTorn, IsAlone, MayComment, IsStored) = (false, false, false, false, false, false);
        return true;
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
    HoldUsedUp,
}
