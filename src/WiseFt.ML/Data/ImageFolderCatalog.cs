using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using WiseFt;
using WiseFt.Images;

namespace Microsoft.ML;

/// <summary>Reads folders of labelled images.</summary>
public static class ImageFolderCatalog
{
    /// <summary>Lists a folder with one sub-folder of images a class.</summary>
    /// <param name="catalog">The context's <c>Data</c>.</param>
    /// <param name="folder">The folder; each sub-folder holds, in itself or in folders below it, the images (PNG, JPEG, GIF, BMP, WebP)
    /// of the class it is named after. None is decoded yet. What is no such image is left out and counted in a warning of the
    /// context's log.</param>
    /// <returns>
    /// Rows in ordinal order of sub-folder and file name, with the columns <c>ImagePath</c> (text: the file) and <c>Label</c> (text: the
    /// sub-folder's name after Unicode normalisation, NFC). The number of rows is known, and the data can be shuffled.
    /// </returns>
    /// <exception cref="ImageException">There is no such folder, it has no sub-folder, or a sub-folder has no image.</exception>
    public static IDataView LoadImageFolder(this DataOperationsCatalog catalog, string folder)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        LabelledImages images = LabelledImages.FromFolder(folder);
        using (IChannel channel = ((IChannelProvider)catalog.GetEnvironment()).Start(nameof(LoadImageFolder)))
            if (images.LeftOut.Count > 0)
                channel.Warning(
                    $"{folder}: left out {images.LeftOut.Count} files that are not read: {LeftOutFile.Summary(images.LeftOut)}");
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
