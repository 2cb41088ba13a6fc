using System.Diagnostics;

namespace WiseFt.Benchmarks;

/// <summary>Another process that wants a processor all the time, as on a machine that is shared. It ends when this is disposed, and with
/// this process.</summary>
internal sealed class Neighbour : IDisposable
{
    /// <summary>The argument that makes this program a neighbour.</summary>
    public const string ChildCommand = "be-busy";

    private readonly Process _process;

    public Neighbour()
    {
        ProcessStartInfo start = Child.OfThisProgram(ChildCommand);
        start.RedirectStandardInput = true;
        _process = Process.Start(start)!;
    }

    /// <summary>What the child does: it counts until its input ends.</summary>
    public static int Run()
    {
        bool ended = false;
        var reader = new Thread(() =>
        {
            while (Console.In.Read() >= 0)
            {
            }
            Volatile.Write(ref ended, true);
        })
        { IsBackground = true };
        reader.Start();
        while (!Volatile.Read(ref ended)) Thread.SpinWait(1000);
        return 0;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
