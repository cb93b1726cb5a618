using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace SupplyApi.Host;

/// <summary>
/// The memory that the host reads requests into. Its own pool has blocks of four kilobytes, and it fills one with each
/// system call: a prompt of a hundred kilobytes would take twenty-five.
/// </summary>
internal sealed class HostBuffers : MemoryPool<byte>
{
    private const int BlockBytes = 16 * 1024;

    private readonly ConcurrentQueue<Block> free = new();
    private volatile bool isDisposed;

    public override int MaxBufferSize => BlockBytes;

    /// <summary>A framework that does not take it goes on with its own: it is slower, and nothing else.</summary>
    internal static void Use(SocketTransportOptions sockets)
    {
        try
        {
            SetFactory(sockets, static () => new HostBuffers());
        }
        catch (MissingMethodException)
        {
            // .NET 10 looks for a pool among its services instead.
        }
    }

    /// <param name="minBufferSize">-1: of any size.</param>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        ObjectDisposedException.ThrowIf(isDisposed, this);
        return free.TryDequeue(out var block) ? block : new Block(this);
    }

    protected override void Dispose(bool disposing)
    {
        isDisposed = true;
        free.Clear();
    }

    // .NET 9 takes a pool, but not in public.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_MemoryPoolFactory")]
    private static extern void SetFactory(SocketTransportOptions sockets, Func<MemoryPool<byte>> factory);

    /// <summary>Pinned for good, so that the kernel can write into it without more ado.</summary>
    private sealed class Block(HostBuffers home) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(
            GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true), 0, BlockBytes);

        public void Dispose()
        {
            if (!home.isDisposed) home.free.Enqueue(this);
        }
    }
}
