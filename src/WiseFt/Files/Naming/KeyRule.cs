namespace WiseFt.Files;

/// <summary>How the tensors of a file become one tensor of the model.</summary>
internal enum KeyOperation
{
    /// <summary>As it is.</summary>
    Copy,

    /// <summary>Rows of the sources one below the other: query, key and value become one projection.</summary>
    Stack,

    /// <summary>Rows and columns exchanged.</summary>
    Transpose,
}

/// <summary>One row of a key map.</summary>
/// <param name="Name">OpenAI's name; <c>*</c> stands for the number of a residual attention block, <c>**</c> at the end for any rest of a name.</param>
/// <param name="Operation">What is done to the sources.</param>
/// <param name="Sources">The names in the file, with the same <c>*</c> or <c>**</c>.</param>
internal sealed record KeyRule(string Name, KeyOperation Operation, params string[] Sources);
