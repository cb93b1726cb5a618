using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace SupplyApi.Features.Shared;

/// <summary>The supply surface's success envelope.</summary>
internal sealed record Envelope<T>(string RequestId, T Data);

/// <summary>The supply surface's success envelope of a list.</summary>
internal sealed record PagedEnvelope<T>(string RequestId, IReadOnlyList<T> Data, Pagination Pagination);

/// <summary>The platform surface's list, page by page.</summary>
internal sealed record ItemPage<T>(IReadOnlyList<T> Items, long Total, int Page, int PageSize);

/// <summary>The open API's envelope, of whatever kind of answer.</summary>
internal sealed record ApiAnswer<T>(int Code, string Message, T Data)
{
    internal static ApiAnswer<T> Of(T answer) => new(0, "操作成功", answer);
}

/// <summary>The consumers' surface's list, page by page.</summary>
/// <param name="Number">Of the page, from one.</param>
internal sealed record ContentPage<T>(IReadOnlyList<T> Content, int Number, int Size, long TotalElements);

/// <summary>What every JSON body of ours has in common.</summary>
internal static class Wire
{
    /// <summary>Text stays readable (Chinese, emoji); what could break out of HTML is still escaped.</summary>
    internal static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);

    /// <summary>
    /// A non-null member of a request record is the validation: a missing, null, unknown or repeated field is a 400.
    /// </summary>
    internal static void Configure(JsonSerializerOptions json)
    {
        json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        json.DictionaryKeyPolicy = null;
        json.DefaultIgnoreCondition = JsonIgnoreCondition.Never;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
        json.PropertyNameCaseInsensitive = false;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.ReadCommentHandling = JsonCommentHandling.Disallow;
        json.MaxDepth = 32;
        json.Encoder = Encoder;
        json.Converters.Add(new MoneyJson());
    }

    /// <summary>For areas whose contract writes createdAt: names members anew after the policy named them.</summary>
    internal static void CamelCase(JsonTypeInfo type)
    {
        foreach (var property in type.Properties) property.Name = Camel(property.Name);
    }

    private static string Camel(string snake)
    {
        var words = snake.Split('_', StringSplitOptions.RemoveEmptyEntries);
        return words[0] + string.Concat(
            words.Skip(1).Select(static word => char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
