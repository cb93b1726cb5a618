using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SupplyApi.Tests.Harness;

/// <summary>Speaks TLS as localhost, by a certificate that it made itself, for somebody on a loopback port.</summary>
public sealed class TlsFront : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ended = new();
    private readonly ConcurrentBag<Task> talks = [];
    private readonly X509Certificate2 certificate = Make();
    private readonly int target;
    private readonly Task accepting;

    public TlsFront(int target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>PEM, for who is to trust it.</summary>
    public string Certificate => certificate.ExportCertificatePem();

    public int Accepted { get; private set; }

    /// <summary>Bytes that a caller trusted it with.</summary>
    public long Heard { get; private set; }

    /// <summary>One handshake with itself.</summary>
    public async Task WarmUpAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        await using var secure = new SslStream(
            client.GetStream(), false, (_, offered, _, _) => offered?.GetCertHashString() == certificate.Thumbprint);
        await secure.AuthenticateAsClientAsync("localhost");
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(talks);
        certificate.Dispose();
        ended.Dispose();
    }

    private static X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var made = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(ended.Token);
                Accepted++;
                talks.Add(CarryAsync(client));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        await using (var secure = new SslStream(client.GetStream()))
        {
            try
            {
                var terms = new SslServerAuthenticationOptions
                {
                    ServerCertificate = certificate,
                    ApplicationProtocols = [SslApplicationProtocol.Http11],
                };
                await secure.AuthenticateAsServerAsync(terms, ended.Token);
                await server.ConnectAsync(IPAddress.Loopback, target, ended.Token);
                var inner = server.GetStream();
                await await Task.WhenAny(HearAsync(secure, inner), inner.CopyToAsync(secure, ended.Token));
            }
            catch (Exception error)
                when (error is AuthenticationException or IOException or OperationCanceledException or SocketException)
            {
                // Somebody left, or did not trust it.
            }
        }
    }

    private async Task HearAsync(SslStream from, NetworkStream to)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer, ended.Token) is > 0 and var read)
        {
            Heard += read;
            await to.WriteAsync(buffer.AsMemory(0, read), ended.Token);
        }
    }
}
