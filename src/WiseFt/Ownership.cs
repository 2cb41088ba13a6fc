namespace WiseFt;

/// <summary>What owns native memory, while something is made of it.</summary>
internal static class Ownership
{
    /// <summary>Makes something that takes a thing over; the thing is disposed when that fails.</summary>
    public static TResult OrDispose<T, TResult>(this T owned, Func<T, TResult> make)
        where T : IDisposable
    {
        try
        {
            return make(owned);
        }
        catch
        {
            owned.Dispose();
            throw;
        }
    }

    /// <summary>Does the rest of making a thing, and gives it back; it is disposed when that fails.</summary>
    public static T OrDispose<T>(this T owned, Action<T> finish)
        where T : IDisposable =>
        owned.OrDispose(made =>
        {
            finish(made);
            return made;
        });
}
