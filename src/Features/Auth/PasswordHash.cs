using System.Runtime.InteropServices;
using System.Text;

namespace SupplyApi.Features.Auth;

/// <summary>
/// Argon2id by libsodium, in its own text form that keeps the parameters beside the hash. At most one per core at a
/// time: each takes 19 MiB and 20 ms, which strangers could otherwise multiply at will.
/// </summary>
internal static partial class PasswordHash
{
    private const ulong Passes = 2;
    private const int MemoryBytes = 19 * 1024 * 1024;
    private const int TextBytes = 128;

    private static readonly SemaphoreSlim Turns = new(Environment.ProcessorCount);
    private static readonly bool Ready = sodium_init() >= 0;

    /// <summary>Stands in for an unknown user's hash, so that knowing and not knowing take the same time.</summary>
    private static readonly Lazy<Task<string>> Nobody = new(() => MakeAsync(Guid.NewGuid().ToString()));

    internal static Task<string> MakeAsync(string password) => InTurnAsync(() =>
    {
        var text = new byte[TextBytes];
        var bytes = Encoding.UTF8.GetBytes(password);
        if (!Ready || crypto_pwhash_str(text, bytes, (ulong)bytes.Length, Passes, MemoryBytes) != 0)
            throw new InsufficientMemoryException("The password could not be hashed.");
        return Encoding.ASCII.GetString(text).TrimEnd('\0');
    });

    /// <param name="hash">Null for a user who does not exist or has no password: takes as long, and says no.</param>
    internal static async Task<bool> MatchesAsync(string password, string? hash)
    {
        var text = new byte[TextBytes];
        Encoding.ASCII.GetBytes(hash ?? await Nobody.Value, text);
        var bytes = Encoding.UTF8.GetBytes(password);
        var same = await InTurnAsync(() => crypto_pwhash_str_verify(text, bytes, (ulong)bytes.Length) == 0);
        return same && hash is not null;
    }

    private static async Task<T> InTurnAsync<T>(Func<T> work)
    {
        await Turns.WaitAsync();
        try
        {
            return await Task.Run(work);
        }
        finally
        {
            Turns.Release();
        }
    }

    [LibraryImport("sodium"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int sodium_init();

    [LibraryImport("sodium"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int crypto_pwhash_str(
        Span<byte> text, ReadOnlySpan<byte> password, ulong length, ulong passes, nuint memory);

    [LibraryImport("sodium"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int crypto_pwhash_str_verify(
        ReadOnlySpan<byte> text, ReadOnlySpan<byte> password, ulong length);
}
