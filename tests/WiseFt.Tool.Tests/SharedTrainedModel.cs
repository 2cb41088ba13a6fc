namespace WiseFt.Tool.Tests;

/// <summary>The tests that read one trained model, which is trained once for them.</summary>
[CollectionDefinition(nameof(TrainedFixture))]
public sealed class SharedTrainedModel : ICollectionFixture<TrainedFixture>;
