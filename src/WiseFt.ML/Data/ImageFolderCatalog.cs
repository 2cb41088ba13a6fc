using Microsoft.ML.Data;
using WiseFt;

namespace Microsoft.ML;

/// <summary>Reads folders of labelled images.</summary>
public static class ImageFolderCatalog
{
    /// <summary>Lists a folder with one sub-folder of images a class.</summary>
    /// <param name="catalog">The context's <c>Data</c>.</param>
    /// <param name="folder">The folder; each sub-folder holds the png, jpg, jpeg, gif, bmp or webp files of the class it is named after.
    /// No image is opened yet.</param>
    /// <returns>
    /// Rows in ordinal order of sub-folder and file name, with the columns <c>ImagePath</c> (text: the file) and <c>Label</c> (text: the
    /// sub-folder's name). The number of rows is known, and the data can be shuffled.
    /// </returns>
    /// <exception cref="ImageException">There is no such folder, it has no sub-folder, or a sub-folder has no image.</exception>
    public static IDataView LoadImageFolder(this DataOperationsCatalog catalog, string folder)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        LabelledImages images = LabelledImages.FromFolder(folder);
        ImageRow[] rows = [.. images.Images.Select((image, i) =>
            new ImageRow { ImagePath = image.Name, Label = images.ClassNames[images.Labels[i]] })];
        return DataViewConstructionUtils.CreateFromList(catalog.GetEnvironment(), rows);
    }

    private sealed class ImageRow
    {
        public string ImagePath { get; init; } = "";

        public string Label { get; init; } = "";
    }
}
