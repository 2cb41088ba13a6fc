using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace WiseFt.Tool;

/// <summary>Progress bars with speed and time left, on standard error.</summary>
internal static class Tracker
{
    private static readonly TimeSpan _refresh = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs work under a bar.</summary>
    /// <param name="title">What is being done.</param>
    /// <param name="unit">What is counted, in the plural.</param>
    /// <param name="work">Gets the bar to report to.</param>
    public static T Run<T>(string title, string unit, Func<Bar, T> work)
    {
        T? result = default;
        Output.Progress.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title));
                result = work(new Bar(task, title, unit));
                task.Value = task.MaxValue;
                task.StopTask();
            });
        return result!;
    }

    /// <summary>One bar.</summary>
    internal sealed class Bar(ProgressTask task, string title, string unit) : IProgress<WorkProgress>
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private TimeSpan _shown = -_refresh;

        /// <inheritdoc/>
        public void Report(WorkProgress value) => Report(value.Done, value.Total);

        /// <summary>Moves with the steps of a training run.</summary>
        /// <param name="total">Images altogether, each as often as it is seen.</param>
        public IProgress<FineTuningStep> Steps(long total)
        {
            long images = 0, restored = 0;
            return new Reporter<FineTuningStep>(step =>
            {
                images += step.Images;
                if (step.Restored) restored = images;
                string detail = string.Create(
                    CultureInfo.InvariantCulture, $"step {step.Step + 1}/{step.TotalSteps}  loss {step.Loss:0.000}");
                Report(images, total, detail, restored);
            });
        }

        /// <summary>Says how much is done.</summary>
        /// <param name="done">So far.</param>
        /// <param name="total">Altogether.</param>
        /// <param name="detail">What else to show, such as the loss.</param>
        /// <param name="before">How much of it was done before the bar began.</param>
        public void Report(long done, long total, string detail = "", long before = 0)
        {
            task.MaxValue = total;
            task.Value = done;
            if (_clock.Elapsed - _shown < _refresh && done < total) return;
            _shown = _clock.Elapsed;
            double speed = (done - before) / Math.Max(1e-3, _clock.Elapsed.TotalSeconds);
            task.Description = Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{title}  {speed:0} {unit}/s  {detail}"));
        }
    }
}

/// <summary>Calls an action at once on the thread that reports, unlike <see cref="Progress{T}"/>, which posts it somewhere.</summary>
internal sealed class Reporter<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
