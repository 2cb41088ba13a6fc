using System.Collections.Immutable;

namespace WiseFt.Images;

/// <summary>What the columns of a list of images mean. Immutable; vary with <c>with</c>.</summary>
public sealed record ImageListOptions
{
    /// <summary>The column of the images' paths, or a pattern with <c>{column}</c> for cells and <c>{row}</c> for the row's number from 0. Default "path".</summary>
    /// <value>"train/{filename}" for iWildCam, "images/rgb_img_{row}.png" for FMoW, whose metadata has no paths.</value>
    public string Path { get; init => field = Check.NotBlank(value); } = "path";

    /// <summary>The column of the class: a name, or a number. Default "label".</summary>
    public string Label { get; init => field = Check.NotBlank(value); } = "label";

    /// <summary>The groups by which accuracies are reported too, such as regions. Default none.</summary>
    public ImmutableArray<ImageListGroup> Groups { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The rows that count: those that meet every condition. Default all.</summary>
    public ImmutableArray<ImageListCondition> Where { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The folder that the paths start from. Default null: the list's own folder.</summary>
    public string? Root { get; init => field = value is null ? null : Check.NotBlank(value); }

    /// <summary>The classes in label order, such as a model's. Default null: the labels of all rows, in order of number where all are numbers, else ordinally.</summary>
    /// <value>Of all rows, not only of those that count, so that every split of one list has the same classes.</value>
    public IReadOnlyList<string>? ClassNames { get; init => field = value is null ? null : Check.NotEmpty(value); }
}
