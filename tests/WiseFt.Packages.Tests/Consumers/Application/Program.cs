Console.WriteLine(new Library.Labels(args[0]).Of(args[1]));
