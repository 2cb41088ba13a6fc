using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace WiseFt.ML;

/// <summary>Where the two models of a mixture come from.</summary>
internal interface IEndPointSource
{
    /// <summary>The columns that the mixture reads and adds.</summary>
    ScoringColumns Columns { get; }

    /// <summary>How the mixture scores.</summary>
    ScoringOptions Scoring { get; }

    /// <summary>The schema after scoring, before there is data.</summary>
    SchemaShape GetOutputSchema(SchemaShape input);

    /// <summary>Makes or finds the models.</summary>
    /// <param name="environment">The context.</param>
    /// <param name="data">Training data, or data whose schema alone is read.</param>
    /// <param name="cancel">Stops; the options' own token is a part of it.</param>
    /// <returns>The models, owned by the caller, and their classes.</returns>
    (EndPoints Models, LabelKeys Labels) Fit(IHostEnvironment environment, IDataView data, CancellationToken cancel);
}
