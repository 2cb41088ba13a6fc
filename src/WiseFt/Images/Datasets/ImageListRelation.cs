namespace WiseFt.Images;

/// <summary>What a cell of a list of images is compared with.</summary>
public enum ImageListRelation
{
    /// <summary>The same text.</summary>
    Equal,

    /// <summary>Another text.</summary>
    NotEqual,

    /// <summary>At least: as numbers where both are, else as text, which is right for dates as 2016-01-31.</summary>
    AtLeast,

    /// <summary>Below: as numbers where both are, else as text.</summary>
    Below,
}
