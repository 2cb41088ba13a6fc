using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using WiseFt.Evaluation;

namespace WiseFt.Tool;

/// <summary>Progress bars with speed and time left, on standard error, that fit one line of the terminal.</summary>
internal static class Tracker
{
    private const int Percentage = 4, TimeLeft = 8, Gaps = 3, WidestBar = 40, NarrowestBar = 10;

    private static readonly TimeSpan _refresh = TimeSpan.FromMilliseconds(200);

    /// <summary>Begins a bar, and ends the one before.</summary>
    /// <param name="title">What is being done.</param>
    /// <param name="unit">What is counted, in the plural.</param>
    internal delegate Bar Begin(string title, string unit);

    /// <summary>Runs work under a bar.</summary>
    /// <param name="title">What is being done.</param>
    /// <param name="unit">What is counted, in the plural.</param>
    /// <param name="work">Gets the bar to report to.</param>
    public static T Run<T>(string title, string unit, Func<Bar, T> work) => RunPhases(begin => work(begin(title, unit)));

    /// <summary>Runs work of several phases, each under a bar.</summary>
    /// <param name="work">Gets what begins a bar.</param>
    public static T RunPhases<T>(Func<Begin, T> work)
    {
        T? result = default;
        int width = Output.Progress.Profile.Width, bar = Math.Clamp(width / 4, NarrowestBar, WidestBar);
        Output.Progress.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = bar }, new PercentageColumn(),
                new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask? task = null;
                result = work((title, unit) =>
                {
                    End(task);
                    task = context.AddTask(Markup.Escape(title));
                    return new Bar(task, title, unit, width - bar - Percentage - TimeLeft - Gaps);
                });
                End(task);
            });
        return result!;

        static void End(ProgressTask? task)
        {
            if (task is null) return;
            task.Value = task.MaxValue;
            task.StopTask();
        }
    }

    /// <summary>One bar.</summary>
    /// <param name="task">It.</param>
    /// <param name="title">What is being done.</param>
    /// <param name="unit">What is counted, in the plural.</param>
    /// <param name="room">How many letters fit before it.</param>
    internal sealed class Bar(ProgressTask task, string title, string unit, int room) : IProgress<WorkProgress>
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private TimeSpan _shown = -_refresh;

        /// <inheritdoc/>
        public void Report(WorkProgress value) => Report(value.Done, value.Total);

        /// <summary>Moves with the steps of a training run.</summary>
        /// <param name="total">Images altogether, each as often as it is seen.</param>
        /// <param name="curve">Gets what each epoch gives on validation images; null where nobody wants to know.</param>
        public IProgress<FineTuningStep> Steps(long total, List<ValidationResult>? curve = null)
        {
            long images = 0, restored = 0;
            string validation = "";
            return new Reporter<FineTuningStep>(step =>
            {
                images += step.Images;
                if (step.Restored) restored = images;
                if (step.Validation is { } measured)
                {
                    validation = $"val {AccuracyText.Percent(measured.Accuracy)} %";
                    curve?.Add(measured);
                }
                string[] details =
                [
                    string.Create(CultureInfo.InvariantCulture, $"step {step.Step + 1}/{step.TotalSteps}"),
                    string.Create(CultureInfo.InvariantCulture, $"loss {step.Loss:0.000}"), validation,
                ];
                Report(images, total, details, restored);
            });
        }

        /// <summary>Says how much is done.</summary>
        /// <param name="done">So far.</param>
        /// <param name="total">Altogether.</param>
        /// <param name="details">What else to show, as far as there is room.</param>
        /// <param name="before">How much of it was done before the bar began.</param>
        public void Report(long done, long total, IReadOnlyList<string>? details = null, long before = 0)
        {
            task.MaxValue = total;
            task.Value = done;
            if (_clock.Elapsed - _shown < _refresh && done < total) return;
            _shown = _clock.Elapsed;
            double speed = (done - before) / Math.Max(1e-3, _clock.Elapsed.TotalSeconds);
            string text = title;
            string[] parts = [.. details ?? [], string.Create(CultureInfo.InvariantCulture, $"{speed:0} {unit}/s")];
            foreach (string part in parts.Where(p => p.Length > 0 && text.Length + 2 + p.Length <= room)) text += "  " + part;
            task.Description = Markup.Escape(text);
        }
    }
}

/// <summary>Calls an action at once on the thread that reports, unlike <see cref="Progress{T}"/>, which posts it somewhere.</summary>
internal sealed class Reporter<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
