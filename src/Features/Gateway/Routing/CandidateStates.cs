using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Routing;

/// <summary>
/// What outlives snapshots: each candidate's state and each model's turn. Only the load of a snapshot comes here, and
/// there is one at a time.
/// </summary>
internal sealed class CandidateStates
{
    private readonly Dictionary<(Source Source, long Id), CandidateState> all = [];
    private readonly Dictionary<string, Turn> turns = new(StringComparer.Ordinal);

    internal CandidateState Of(Source source, long id)
    {
        if (!all.TryGetValue((source, id), out var state)) all.Add((source, id), state = new CandidateState());
        return state;
    }

    internal Turn TurnOf(string model)
    {
        if (!turns.TryGetValue(model, out var turn)) turns.Add(model, turn = new Turn());
        return turn;
    }

    /// <summary>Forgets what nobody offers any more, once nothing is under way there and no limit binds.</summary>
    internal void Forget(RoutingSnapshot snapshot, IReadOnlyCollection<Candidate> offered, long now)
    {
        if (all.Count > offered.Count)
        {
            var there = new HashSet<(Source, long)>(offered.Count);
            foreach (var one in offered) there.Add((one.Source, one.Id));
            foreach (var (key, state) in all)
            {
                if (!there.Contains(key) && state.IsAtRest(now)) all.Remove(key);
            }
        }

        if (turns.Count == snapshot.Models.Count) return;
        foreach (var model in turns.Keys)
        {
            if (snapshot.Find(model) is null) turns.Remove(model);
        }
    }
}

/// <summary>Whose turn it is among a model's candidates.</summary>
internal sealed class Turn
{
    private int next = -1;

    internal int Next(int count) => (int)((uint)Interlocked.Increment(ref next) % (uint)count);
}
