namespace WiseFt;

/// <summary>A test set with the classes of the reference distribution whose images come from elsewhere.</summary>
public sealed record DistributionShift
{
    /// <summary>A named test set.</summary>
    /// <param name="name">What tables and files call it; not blank, and not "reference".</param>
    /// <param name="images">Its images and labels.</param>
    public DistributionShift(string name, LabelledImages images)
    {
        Name = Check.NotBlank(name);
        if (name == RobustnessReport.ReferenceName)
            throw new ArgumentException($"A distribution shift is named '{name}', which is the reference distribution's name. Choose another.", nameof(name));
        Images = images ?? throw new ArgumentNullException(nameof(images));
    }

    /// <summary>What tables and files call it.</summary>
    public string Name { get; }

    /// <summary>Its images and labels.</summary>
    public LabelledImages Images { get; }
}
