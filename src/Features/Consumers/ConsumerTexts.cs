namespace SupplyApi.Features.Consumers;

/// <summary>What people call a consumer, and say of it.</summary>
internal static class ConsumerTexts
{
    internal const int NameMax = 50;
    private const int DescriptionMax = 256;

    /// <summary>The constraint that two consumers of one owner with one name would break.</summary>
    internal const string NameKey = "consumers_name_key";

    /// <summary>Null when good or absent; else what is wrong, naming the field.</summary>
    internal static Refusal? Check(string? name, string? description)
    {
        if (name is not null
            && (IsLonger(name, NameMax) || string.IsNullOrWhiteSpace(name) || name.Any(char.IsControl)))
            return Errors.Invalid("name",
                $"name must have 1 to {NameMax} characters, say something, and hold no control characters.");
        return description is not null && (IsLonger(description, DescriptionMax) || description.Contains('\0'))
            ? Errors.Invalid("description", $"description must have at most {DescriptionMax} characters and no NUL.")
            : null;
    }

    // As people count, and the contract: a letter outside the first plane is one, though it takes two of ours.
    private static bool IsLonger(string text, int max) => text.Length > max && text.EnumerateRunes().Count() > max;
}
