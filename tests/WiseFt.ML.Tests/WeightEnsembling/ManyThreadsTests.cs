using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using WiseFt.ML;

namespace WiseFt.ML.Tests;

/// <summary>One transformer used from many threads at once, in every way, answers as from one.
/// WISEFT_STRESS_SECONDS is how long it is tried.</summary>
public sealed class ManyThreadsTests(FittedMixture fitted) : IClassFixture<FittedMixture>
{
    private const int Threads = 16, DefaultSeconds = 6;
    private const double Tolerance = 1e-5;

    private static readonly double[] _alphas = [0, 0.25, 0.5, 0.75, 1];

    private readonly float[][][] _expected = [.. _alphas.Select(alpha => Scores(fitted, alpha))];

    private int _cursors, _predictions, _mixtures, _abandoned, _different;

    [Fact]
    [Fault("many threads on one transformer", "16 threads: cursors, engines, WithAlpha", "the answers of one thread")]
    public void Transformer_UsedBy16ThreadsInEveryWay_AnswersAsFromOne()
    {
        int seconds = Environment.GetEnvironmentVariable("WISEFT_STRESS_SECONDS") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : DefaultSeconds;
        var failures = new ConcurrentQueue<Exception>();
        var clock = Stopwatch.StartNew();
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() => Work(number, clock, seconds, failures)))];

        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();

        FaultAttribute.Provoked(_cursors + _predictions + _mixtures + _abandoned);
        new MeasuredTable("reliability.md", "threads").Write(
            [
                "seconds", "threads", "passes of a cursor", "cursors abandoned half-way", "predictions by engines of their own",
                "mixtures by `WithAlpha`",
             "answers other than one thread's"],
            [[.. ((int[])[seconds, Threads, _cursors, _abandoned, _predictions, _mixtures, _different + failures.Count])
                .Select(n => n.ToString("#,0", CultureInfo.InvariantCulture))]]);
        failures.Should().BeEmpty();
        _different.Should().Be(0);
        ((int[])[_cursors, _predictions, _mixtures, _abandoned]).Should().OnlyContain(n => n > 0);
    }

    private void Work(int number, Stopwatch clock, int seconds, ConcurrentQueue<Exception> failures)
    {
        var random = new Random(number);
        try
        {
            for (int i = number; i - number < 4 || clock.Elapsed.TotalSeconds < seconds; i++) Step(i % 4, random);
        }
        catch (Exception e)
        {
            failures.Enqueue(e);
        }
    }

    private void Step(int kind, Random random)
    {
        switch (kind)
        {
            case 0:
                Count(ref _cursors, fitted.Scores(fitted.Mixture), _expected[2]);
                break;
            case 1:
                Predict(random);
                break;
            case 2:
                int a = random.Next(_alphas.Length);
                using (WiseFtTransformer mixture = fitted.Mixture.WithAlpha(_alphas[a]))
                    Count(ref _mixtures, fitted.Scores(mixture), _expected[a]);
                break;
            default:
                IDataView scored = fitted.Model.Transform(fitted.Test);
                using (DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]])) cursor.MoveNext().Should().BeTrue();
                Interlocked.Increment(ref _abandoned);
                break;
        }
    }

    private void Predict(Random random)
    {
        using var engine = fitted.Context.Model.CreatePredictionEngine<EmojiImages.Row, EmojiImages.Prediction>(
            fitted.Model, new PredictionEngineOptions { OwnsTransformer = false });
        for (int i = 0; i < 5; i++)
        {
            int row = random.Next(EmojiImages.Test.Length);
            Count(ref _predictions, [engine.Predict(EmojiImages.Test[row]).Score], [_expected[2][row]]);
        }
    }

    /// <summary>Counts scores that were asked for, and whether they are others than expected.</summary>
    private void Count(ref int asked, float[][] found, float[][] expected)
    {
        Interlocked.Increment(ref asked);
        if (!AreSame(found, expected)) Interlocked.Increment(ref _different);
    }

    // A batch of one is added up in another order than a batch of seven. What is no number is never the same.
    private static bool AreSame(float[][] found, float[][] expected) => found.Length == expected.Length
        && found.Zip(expected).All(rows => rows.First.Length == rows.Second.Length
            && rows.First.Zip(rows.Second).All(scores => Math.Abs((double)scores.First - scores.Second) < Tolerance));

    private static float[][] Scores(FittedMixture fitted, double alpha)
    {
        using WiseFtTransformer mixture = fitted.Mixture.WithAlpha(alpha);
        return fitted.Scores(mixture);
    }
}
