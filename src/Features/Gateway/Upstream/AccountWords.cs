using System.Text;

namespace SupplyApi.Features.Gateway.Upstream;

/// <summary>What an error in the midst of an answer may say of the supplier's account: nothing.</summary>
internal static class AccountWords
{
    /// <summary>In place of an error that says more.</summary>
    internal static Refusal Instead =>
        Errors.Upstream(StatusCodes.Status502BadGateway, "The supplier's account was refused by the provider.");

    internal static bool StandIn(ReadOnlySpan<byte> json, string credential)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.String && Tells(reader.GetString()!, credential)) return true;
            }

            return false;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return Tells(Encoding.UTF8.GetString(json), credential);
        }
    }

    private static bool Tells(string text, string credential) =>
        FailureRules.Shares(text, credential)
        || text.Contains(FailureRules.OutOfCredit, StringComparison.OrdinalIgnoreCase);
}
