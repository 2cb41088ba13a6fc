using CsCheck;
using WiseFt.Text;

namespace WiseFt.Tests;

public sealed class BytePairEncoderTests
{
    // Merges in which "abc" can arise in two ways, and a later one makes what an earlier one continues.
    private static readonly (string, string)[] _merges =
        [
            ("a", "b"), ("ab", "c"), ("abc", "a"), ("b", "c"), ("a", "bc"), ("c", "c"), ("a", "a"), ("aa", "a"), ("b", "a</w>"),
            ("a", "c</w>")];

    [Fact]
    public void Encode_AnyWord_IsWhatTheReferencesLoopGives()
    {
        // "abc" twice among the results is one token of the vocabulary; list it once.
        string[] alphabet = [.. BytePairVocabulary.ByteAlphabet.Select(b => b.Symbol.ToString())];
        string[] tokens = [
            .. alphabet, .. alphabet.Select(b => b + "</w>"), .. _merges.Select(m => m.Item1 + m.Item2).Distinct(), "<|startoftext|>",
            "<|endoftext|>"];
        var vocabulary = new BytePairVocabulary(tokens, _merges, "test");
        Gen.Char["abc"].Array[1, 30].Select(c => new string(c)).Sample(word =>
            new BytePairEncoder(vocabulary).Encode(word).Select(id => tokens[id]).SequenceEqual(Reference(word)));
    }

    // The loop of OpenAI's bpe(): merge the pair of lowest rank everywhere, from the left, until none has a rank.
    private static List<string> Reference(string word)
    {
        List<string> symbols = [.. word[..^1].Select(c => c.ToString()), word[^1] + "</w>"];
        while (symbols.Count > 1)
        {
            var pairs = symbols.Zip(symbols.Skip(1)).Select(p => Array.IndexOf(_merges, (p.First, p.Second)))
                .Where(rank => rank >= 0).ToList();
            if (pairs.Count == 0) break;
            (string left, string right) = _merges[pairs.Min()];
            var merged = new List<string>();
            for (int i = 0; i < symbols.Count; i++)
            {
                bool both = i + 1 < symbols.Count && symbols[i] == left && symbols[i + 1] == right;
                merged.Add(both ? left + right : symbols[i]);
                if (both) i++;
            }
            symbols = merged;
        }
        return symbols;
    }
}
