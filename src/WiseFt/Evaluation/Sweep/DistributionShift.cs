using WiseFt.Evaluation;

namespace WiseFt;

/// <summary>A test set whose images come from elsewhere than the reference distribution's.</summary>
public sealed record DistributionShift
{
    /// <summary>A named test set.</summary>
    /// <param name="name">What tables and files call it; not blank, and not "reference".</param>
    /// <param name="images">Its images and labels.</param>
    /// <param name="mapping">
    /// How its classes are related to the model's, such as <c>ClassMapping.BuiltIn("imagenet-r")</c>.
    /// Null (the default) for a set with the model's classes.
    /// </param>
    public DistributionShift(string name, LabelledImages images, ClassMapping? mapping = null)
    {
        Name = Check.NotBlank(name);
        if (name == RobustnessReport.ReferenceName)
            throw new ArgumentException(
                $"A distribution shift is named '{name}', which is the reference distribution's name. Choose another.", nameof(name));
        Images = images ?? throw new ArgumentNullException(nameof(images));
        Mapping = mapping;
    }

    /// <summary>What tables and files call it.</summary>
    public string Name { get; }

    /// <summary>Its images and labels.</summary>
    public LabelledImages Images { get; }

    /// <summary>How its classes are related to the model's; null where they are the same, in the same order.</summary>
    public ClassMapping? Mapping { get; }
}
