using System.Net;

namespace SupplyApi.Tests.Harness;

/// <summary>An answer that the test reads as it comes; judged when it ends or is let go.</summary>
internal sealed class TappedContent : HttpContent
{
    private readonly HttpContent inner;
    private readonly Func<byte[], bool, Task> judge;

    internal TappedContent(HttpContent inner, Func<byte[], bool, Task> judge)
    {
        (this.inner, this.judge) = (inner, judge);
        foreach (var header in inner.Headers) Headers.TryAddWithoutValidation(header.Key, header.Value);
    }

    protected override async Task<Stream> CreateContentReadStreamAsync() =>
        new Tap(await inner.ReadAsStreamAsync(), judge);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        await inner.CopyToAsync(stream, context);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private sealed class Tap(Stream inner, Func<byte[], bool, Task> judge) : Stream
    {
        private readonly MemoryStream seen = new();
        private bool isJudged;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => seen.Position;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
        {
            try
            {
                var read = await inner.ReadAsync(buffer, ct);
                seen.Write(buffer.Span[..read]);
                if (read == 0 && buffer.Length > 0) await JudgeAsync(false);
                return read;
            }
            catch (Exception error) when (error is IOException or HttpRequestException)
            {
                await JudgeAsync(true);
                throw;
            }
        }

        public override int Read(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException("Read it asynchronously.");

        public override async ValueTask DisposeAsync()
        {
            await JudgeAsync(true);
            await inner.DisposeAsync();
            await base.DisposeAsync();
        }

        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private async Task JudgeAsync(bool wasCut)
        {
            if (isJudged) return;
            isJudged = true;
            await judge(seen.ToArray(), wasCut);
        }
    }
}
