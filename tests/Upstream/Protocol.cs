namespace SupplyApi.Upstream;

/// <summary>Whose wire shapes an answer has.</summary>
internal enum Protocol
{
    OpenAi,
    Anthropic,
    Gemini
}
