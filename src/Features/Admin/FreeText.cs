namespace SupplyApi.Features.Admin;

/// <summary>What an admin says in words of one's own, such as a reason: not empty, not endless.</summary>
internal static class FreeText
{
    internal const int ReasonMax = 500;

    /// <summary>Null when good; else what is wrong, naming the field.</summary>
    internal static Refusal? Check(string field, string text, int max = ReasonMax) =>
        text.Length > max || string.IsNullOrWhiteSpace(text)
            ? Errors.Invalid(field, $"{field} must have 1 to {max} characters and say something.")
            : null;
}
