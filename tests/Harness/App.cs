namespace SupplyApi.Tests.Harness;

/// <summary>A credential of a consumer, and what it opens with; the transcript shows no key and no secret.</summary>
/// <param name="Key">Of an API key.</param>
/// <param name="AppId">Of an HMAC pair, as is the secret.</param>
public sealed record App(
    Actor Owner, string ConsumerId, string CredentialId, string? Key, string? AppId, string? Secret)
{
    public string ConsumerPath => $"/api/v1/consumers/{ConsumerId}";
    public string Path => $"{ConsumerPath}/credentials/{CredentialId}";
}
