using System.Globalization;
using System.Text;

namespace SupplyApi.Features.Intents;

/// <summary>
/// Who gets what is bought, and where. Sealed in the database, and in full only for who asks for this one intent.
/// </summary>
internal sealed record Person(string RecipientName, string Address, string Phone, string? Remarks)
{
    private const int AddressShown = 6;
    private const int PhoneShown = 3;
    private const int PhoneShownLast = 4;

    internal Person Masked => this with
    {
        RecipientName = First(RecipientName, 1) + "**",
        Address = First(Address, Math.Min(AddressShown, Address.EnumerateRunes().Count() / 2)) + "****",
        Phone = $"{Phone[..PhoneShown]}****{Phone[^PhoneShownLast..]}",
        Remarks = string.IsNullOrEmpty(Remarks) ? Remarks : "****",
    };

    internal byte[] Seal(Secrets secrets, long intent) =>
        secrets.Seal(JsonSerializer.Serialize(this, PersonJson.Default.Person), BoundTo(intent));

    internal static Person Open(Secrets secrets, byte[] box, long intent) =>
        JsonSerializer.Deserialize(
            secrets.Open(box, BoundTo(intent))
                ?? throw new InvalidOperationException($"What intent {intent} holds of a person does not open."),
            PersonJson.Default.Person)!;

    private static string BoundTo(long intent) => string.Create(CultureInfo.InvariantCulture, $"intent/{intent}");

    // Not half of a letter that is two characters long.
    private static string First(string text, int letters)
    {
        var shown = new StringBuilder();
        foreach (var letter in text.EnumerateRunes().Take(letters)) shown.Append(letter);
        return shown.ToString();
    }
}

[JsonSerializable(typeof(Person))]
internal sealed partial class PersonJson : JsonSerializerContext;
