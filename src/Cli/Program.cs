Console.WriteLine("endpointsync");
