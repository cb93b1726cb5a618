namespace SupplyApi.Features.Signing;

/// <summary>
/// What is held of bodies whose signature nobody has checked yet, all together: so strangers cannot fill the memory.
/// </summary>
internal sealed class UncheckedBodies
{
    internal const long BytesMax = 64 * 1024 * 1024;

    private long held;

    internal bool TryHold(long bytes)
    {
        if (Interlocked.Add(ref held, bytes) <= BytesMax) return true;
        LetGo(bytes);
        return false;
    }

    internal void LetGo(long bytes) => Interlocked.Add(ref held, -bytes);
}
