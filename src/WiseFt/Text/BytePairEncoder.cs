using System.Collections.Concurrent;
using System.Text;

namespace WiseFt.Text;

/// <summary>
/// Byte-pair encoding of single words: of the neighbours that merge, those of the lowest rank merge first, everywhere in the word, until
/// none are left. Remembers the words it has seen, up to a bound. Thread-safe.
/// </summary>
internal sealed class BytePairEncoder(BytePairVocabulary vocabulary)
{
    private const int MostRemembered = 1 << 15;
    private const int LongestRemembered = 64;
    private readonly ConcurrentDictionary<string, int[]> _remembered = new(StringComparer.Ordinal);
    private int _count;

    internal BytePairVocabulary Vocabulary { get; } = vocabulary;

    /// <summary>The token ids of one word.</summary>
    /// <param name="word">UTF-16 without lone surrogates; not empty.</param>
    internal int[] Encode(ReadOnlySpan<char> word)
    {
        ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> remembered =
            _remembered.GetAlternateLookup<ReadOnlySpan<char>>();
        if (remembered.TryGetValue(word, out int[]? ids)) return ids;
        ids = word.SequenceEqual(ClipWords.Start) ? [Vocabulary.StartToken]
            : word.SequenceEqual(ClipWords.End) ? [Vocabulary.EndToken]
            : Merge(Bytes(word));
        if (word.Length <= LongestRemembered && remembered.TryAdd(word, ids) && Interlocked.Increment(ref _count) > MostRemembered)
        {
            _remembered.Clear();                                    // starting over costs less than keeping an order of use
            Interlocked.Exchange(ref _count, 0);
        }
        return ids;
    }

    private int[] Bytes(ReadOnlySpan<char> word)
    {
        byte[] utf8 = new byte[Encoding.UTF8.GetByteCount(word)];
        Encoding.UTF8.GetBytes(word, utf8);
        int[] ids = new int[utf8.Length];
        for (int i = 0; i < ids.Length; i++) ids[i] = Vocabulary.ByteToken(utf8[i], last: i == ids.Length - 1);
        return ids;
    }

    // The symbols are a linked list within `ids`; the queue holds the neighbours that merge, by rank, then from left to right. Everything
    // of one rank merges before any pair that this makes is looked at, as in the reference.
    // O(n log n), so that one endless word does no harm.
    private int[] Merge(int[] ids)
    {
        int[] next = [.. Enumerable.Range(1, ids.Length)], previous = [.. Enumerable.Range(-1, ids.Length)];
        var queue = new PriorityQueue<int, long>();             // a place, by its rank in the upper half and itself in the lower
        var changed = new List<int>();
        for (int i = 0; i < ids.Length; i++) Enqueue(i);
        while (queue.TryPeek(out _, out long lowest))
        {
            changed.Clear();
            while (queue.TryPeek(out int at, out long candidate) && candidate >> 32 == lowest >> 32)
            {
                queue.Dequeue();
                if (!TryMerge(at, out int rank, out int result) || rank != lowest >> 32) continue;      // the pair is gone
                int right = next[at];
                (ids[at], ids[right], next[at]) = (result, -1, next[right]);
                if (next[at] < ids.Length) previous[next[at]] = at;
                changed.Add(at);
            }
            foreach (int at in changed)
            {
                if (previous[at] >= 0) Enqueue(previous[at]);
                Enqueue(at);
            }
        }
        return [.. ids.Where(id => id >= 0)];

        void Enqueue(int at)
        {
            if (TryMerge(at, out int rank, out _)) queue.Enqueue(at, ((long)rank << 32) | (uint)at);
        }

        bool TryMerge(int at, out int rank, out int result)
        {
            (rank, result) = (0, 0);
            return ids[at] >= 0 && next[at] < ids.Length && Vocabulary.TryMerge(ids[at], ids[next[at]], out rank, out result);
        }
    }
}
