namespace WiseFt.ML.Tests;

/// <summary>The tests that share one <see cref="StarterClassifier"/>.</summary>
[CollectionDefinition(nameof(StarterClassifier))]
public sealed class SharedStarterClassifier : ICollectionFixture<StarterClassifier>;
