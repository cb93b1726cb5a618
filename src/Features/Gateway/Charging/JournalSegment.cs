using System.Buffers.Binary;
using System.Numerics;
using Microsoft.Win32.SafeHandles;

namespace SupplyApi.Features.Gateway.Charging;

/// <summary>
/// One file of a node's journal: a head, then entries, each with its length and a checksum. What was written is the
/// operating system's at once, so it survives the process, whatever ends it. The file is locked while its process
/// lives. Only the last entry can be torn; reading stops there.
/// </summary>
internal sealed class JournalSegment : IDisposable
{
    internal const int FrameBytes = sizeof(int) + sizeof(uint);
    private const int HeadBytes = 32;
    private const string Extension = ".journal";

    private readonly SafeFileHandle file;
    private readonly string path;
    private long length;

    private JournalSegment(SafeFileHandle file, string path, Guid id, long nodeId, long length) =>
        (this.file, this.path, Id, NodeId, this.length) = (file, path, id, nodeId, length);

    private static ReadOnlySpan<byte> Magic => "SUPPLYJ1"u8;

    internal Guid Id { get; }

    /// <summary>Whose leases its calls were charged to.</summary>
    internal long NodeId { get; }

    internal static long Start => HeadBytes;

    /// <summary>So far it is taken off what waits.</summary>
    internal long Counted { get; set; } = HeadBytes;

    /// <summary>Where the next entry goes: all before it is whole.</summary>
    internal long Length => Volatile.Read(ref length);

    /// <exception cref="IOException">The directory cannot be written.</exception>
    internal static JournalSegment Create(string directory, long nodeId, Guid id)
    {
        var path = Path.Combine(directory, id.ToString("n") + Extension);
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        Span<byte> head = stackalloc byte[HeadBytes];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], nodeId);
        id.TryWriteBytes(head[16..]);
        try
        {
            RandomAccess.Write(file, head, 0);
        }
        catch (IOException)
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }

        return new JournalSegment(file, path, id, nodeId, HeadBytes);
    }

    /// <summary>The files that processes left behind which are gone.</summary>
    /// <param name="known">Whose files need not be looked at.</param>
    internal static IEnumerable<JournalSegment> Orphans(string directory, IReadOnlySet<Guid> known)
    {
        foreach (var path in Directory.EnumerateFiles(directory, "*" + Extension))
        {
            if (Guid.TryParse(Path.GetFileNameWithoutExtension(path), out var id) && known.Contains(id)) continue;
            if (Adopt(path) is { } segment) yield return segment;
        }
    }

    /// <summary>Adds an entry, of which the first <see cref="FrameBytes"/> are left for its frame.</summary>
    /// <exception cref="IOException">There is no room; the journal is as it was.</exception>
    internal void Append(Span<byte> entry)
    {
        var content = entry[FrameBytes..];
        BinaryPrimitives.WriteInt32LittleEndian(entry, content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[sizeof(int)..], Checksum(content));
        RandomAccess.Write(file, entry, length);
        Volatile.Write(ref length, length + entry.Length);
    }

    /// <summary>Fills the buffer with what stands from there on, as far as it is whole.</summary>
    internal int Read(long from, Span<byte> buffer)
    {
        var until = (int)Math.Min(buffer.Length, Length - from);
        var read = 0;
        while (read < until && RandomAccess.Read(file, buffer[read..until], from + read) is > 0 and var more)
            read += more;
        return read;
    }

    /// <summary>The first entry's content; empty when it is not all there.</summary>
    internal static ReadOnlySpan<byte> EntryOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FrameBytes) return [];
        var size = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return size <= 0 || bytes.Length - FrameBytes < size ? [] : bytes.Slice(FrameBytes, size);
    }

    /// <summary>It cannot be posted: it keeps its bytes under another name, for whoever finds out why.</summary>
    internal void SetAside()
    {
        File.Move(path, path + ".aside", overwrite: true);
        Dispose();
    }

    /// <summary>All of it is posted.</summary>
    internal void Delete()
    {
        File.Delete(path);
        Dispose();
    }

    public void Dispose() => file.Dispose();

    private static JournalSegment? Adopt(string path)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null; // Its process lives, or another was faster.
        }

        Span<byte> head = stackalloc byte[HeadBytes];
        if (RandomAccess.Read(file, head, 0) < HeadBytes || !head.StartsWith(Magic))
        {
            // It ended before it had begun: nothing can be in it.
            File.Delete(path);
            file.Dispose();
            return null;
        }

        var (node, id) = (BinaryPrimitives.ReadInt64LittleEndian(head[8..]), new Guid(head[16..]));
        return new JournalSegment(file, path, id, node, WholeLength(file));
    }

    private static long WholeLength(SafeFileHandle file)
    {
        var (at, end) = ((long)HeadBytes, RandomAccess.GetLength(file));
        Span<byte> frame = stackalloc byte[FrameBytes];
        while (at + FrameBytes <= end && RandomAccess.Read(file, frame, at) == FrameBytes)
        {
            var size = BinaryPrimitives.ReadInt32LittleEndian(frame);
            if (size <= 0 || at + FrameBytes + size > end) break;
            var content = new byte[size];
            RandomAccess.Read(file, content, at + FrameBytes);
            if (Checksum(content) != BinaryPrimitives.ReadUInt32LittleEndian(frame[sizeof(int)..])) break;
            at += FrameBytes + size;
        }

        return at;
    }

    /// <summary>CRC-32C, which the processor computes.</summary>
    private static uint Checksum(ReadOnlySpan<byte> content)
    {
        var sum = uint.MaxValue;
        while (content.Length >= sizeof(ulong))
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(content));
            content = content[sizeof(ulong)..];
        }

        foreach (var one in content) sum = BitOperations.Crc32C(sum, one);
        return ~sum;
    }
}
