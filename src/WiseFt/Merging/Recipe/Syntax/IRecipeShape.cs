using System.Text.Json;
using System.Text.Json.Nodes;

namespace WiseFt.Merging;

/// <summary>What a value of a recipe looks like: the one declaration by which it is read, written and described in the schema.</summary>
/// <typeparam name="T">What it is in C#.</typeparam>
internal interface IRecipeShape<T>
{
    /// <summary>The value that a node has.</summary>
    /// <param name="node">The node.</param>
    /// <param name="name">The key that it is the value of.</param>
    /// <param name="notes">What is to be said to who wrote it and is no fault, to be added to.</param>
    /// <exception cref="MergeRecipeException">It is another; the place is that of the node that is wrong.</exception>
    T Read(RecipeNode node, string name, ICollection<string> notes);

    /// <summary>Writes a value so that it is read as the same.</summary>
    void Write(Utf8JsonWriter json, T value);

    /// <summary>The JSON schema.</summary>
    /// <param name="definitions">What schemas refer to by name, to be added to.</param>
    JsonObject Schema(JsonObject definitions);
}
